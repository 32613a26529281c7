// Unit grids on the map: choose cells, draw a line to cut one, draw a ring for a new one; wheel and drag move the view.
import { boundsOf, ringsOf, type Corner, type Shapes } from "../sketch";
import { words } from "../words";

const SVG = "http://www.w3.org/2000/svg";
type Tool = "" | "line" | "ring";
type View = { x: number; y: number; width: number; height: number };

function make<K extends keyof SVGElementTagNameMap>(name: K, classes: string): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, name);
  element.setAttribute("class", classes);
  return element;
}

export async function drawing(place: HTMLElement): Promise<void> {
  const form = document.querySelector<HTMLFormElement>(place.dataset.form ?? "");
  const answer = await fetch(place.dataset.drawing ?? "", { credentials: "same-origin" });
  if (!form || !answer.ok) return;
  const shapes = (await answer.json()) as Shapes;
  const box = boundsOf(shapes, null);
  place.querySelector("[data-fallback]")?.remove();
  if (!box) {
    place.remove();
    return;
  }
  new Board(place, form, shapes, box);
}

class Board {
  private readonly svg = make("svg", "drawn");
  private readonly trace = make("polyline", "trace");
  private readonly dots = make("g", "trace-dots");
  private readonly squeeze: number;
  private readonly home: View;
  private view: View;
  private tool: Tool = "";
  private corners: Corner[] = [];

  constructor(private readonly place: HTMLElement, private readonly form: HTMLFormElement, shapes: Shapes, private readonly box: [number, number, number, number]) {
    this.squeeze = Math.cos((((box[1] + box[3]) / 2) * Math.PI) / 180);
    const [width, height] = [this.toX(box[2]), this.toY(box[1])];
    // Room around the outermost cells: a line has to begin and end outside of the cell that it cuts.
    const pad = Math.max(width, height) * 0.08;
    this.home = { x: -pad, y: -pad, width: width + 2 * pad, height: height + 2 * pad };
    this.view = { ...this.home };
    shapes.features.forEach((feature) => this.cell(feature));
    this.svg.append(this.trace, this.dots);
    place.append(this.svg, this.buttons());
    this.look();
    this.listen();
    this.tell();
  }

  private toX(lon: number): number { return (lon - this.box[0]) * this.squeeze * 1e5; }
  private toY(lat: number): number { return (this.box[3] - lat) * 1e5; }

  private cell(feature: Shapes["features"][number]): void {
    const { code, name, layer } = feature.properties;
    const path = make("path", layer === "outline" ? "cell outline" : "cell");
    const rings = ringsOf(feature.geometry);
    path.setAttribute("d", rings.map((ring) => `M${ring.map(([x, y]) => `${this.toX(x).toFixed(2)} ${this.toY(y).toFixed(2)}`).join("L")}Z`).join(""));
    this.svg.append(path);
    if (layer === "outline") return;
    path.dataset.code = code;
    const title = make("title", "");
    title.textContent = code;
    path.append(title);
    const ring = rings[0] ?? [];
    const label = make("text", "cell-name");
    label.setAttribute("x", String(ring.reduce((sum, [x]) => sum + this.toX(x), 0) / Math.max(1, ring.length)));
    label.setAttribute("y", String(ring.reduce((sum, [, y]) => sum + this.toY(y), 0) / Math.max(1, ring.length)));
    label.textContent = name;
    this.svg.append(label);
  }

  private buttons(): HTMLElement {
    const bar = document.createElement("div");
    bar.className = "map-buttons";
    for (const [label, text, factor] of [[words.closer, "+", 0.7], [words.wider, "−", 1 / 0.7]] as const) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-small";
      button.textContent = text;
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => this.zoom(factor, this.view.x + this.view.width / 2, this.view.y + this.view.height / 2));
      bar.append(button);
    }
    return bar;
  }

  private look(): void {
    const { x, y, width, height } = this.view;
    this.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    this.svg.style.setProperty("--unit", String(width / Math.max(1, this.svg.clientWidth || 700)));
  }

  private zoom(factor: number, x: number, y: number): void {
    const width = Math.min(this.home.width * 1.5, Math.max(this.home.width / 60, this.view.width * factor));
    const by = width / this.view.width;
    this.view = { x: x - (x - this.view.x) * by, y: y - (y - this.view.y) * by, width, height: this.view.height * by };
    this.look();
  }

  private at(event: MouseEvent): DOMPoint | null {
    const matrix = this.svg.getScreenCTM();
    return matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()) : null;
  }

  private listen(): void {
    let from: { x: number; y: number; view: View } | null = null;
    let moved = false;
    this.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      const point = this.at(event);
      if (point) this.zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, point.x, point.y);
    }, { passive: false });
    this.svg.addEventListener("pointerdown", (event) => {
      from = { x: event.clientX, y: event.clientY, view: { ...this.view } };
      moved = false;
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!from || Math.hypot(event.clientX - from.x, event.clientY - from.y) < 5) return;
      moved = true;
      const scale = this.view.width / this.svg.clientWidth;
      this.view = { ...from.view, x: from.view.x - (event.clientX - from.x) * scale, y: from.view.y - (event.clientY - from.y) * scale };
      this.look();
    });
    window.addEventListener("pointerup", () => { from = null; });
    this.svg.addEventListener("click", (event) => { if (!moved) this.click(event); });
    this.form.addEventListener("change", () => this.tell());
    this.form.querySelectorAll<HTMLButtonElement>("[data-tool]").forEach((button) => button.addEventListener("click", () => this.take((button.dataset.tool ?? "") as Tool)));
  }

  private take(tool: Tool): void {
    this.tool = tool;
    this.corners = [];
    this.svg.classList.toggle("drawing", Boolean(tool));
    this.tell();
  }

  private click(event: MouseEvent): void {
    const point = this.at(event);
    if (!point) return;
    if (this.tool) {
      this.corners.push([this.box[0] + point.x / this.squeeze / 1e5, this.box[3] - point.y / 1e5]);
    } else {
      const code = (event.target as SVGElement).closest<SVGElement>("[data-code]")?.dataset.code;
      const tick = code ? this.form.querySelector<HTMLInputElement>(`input[value="${code}"]`) : null;
      if (tick) tick.checked = !tick.checked;
      // Whoever shows what belongs to a place listens for this: degrees WGS84 of every click.
      this.place.dispatchEvent(new CustomEvent("map:picked", { bubbles: true, detail: { lon: this.box[0] + point.x / this.squeeze / 1e5, lat: this.box[3] - point.y / 1e5, name: code } }));
    }
    this.tell();
  }

  private tell(): void {
    const chosen = new Set([...this.form.querySelectorAll<HTMLInputElement>("input[name=code]:checked")].map((tick) => tick.value));
    this.svg.querySelectorAll<SVGElement>("[data-code]").forEach((cell) => cell.classList.toggle("here", chosen.has(cell.dataset.code ?? "")));
    const drawn = this.corners.map(([lon, lat]) => [this.toX(lon), this.toY(lat)] as Corner);
    const closed = this.tool === "ring" && drawn.length > 2 ? [...drawn, drawn[0]!] : drawn;
    this.trace.setAttribute("points", closed.map(([x, y]) => `${x},${y}`).join(" "));
    this.dots.replaceChildren(...drawn.map(([x, y]) => {
      const dot = make("circle", "");
      dot.setAttribute("cx", String(x));
      dot.setAttribute("cy", String(y));
      return dot;
    }));
    this.form.querySelector<HTMLInputElement>("[name=corners]")!.value = this.corners.map(([lon, lat]) => `${lon.toFixed(9)},${lat.toFixed(9)}`).join(";");
    this.form.querySelectorAll<HTMLElement>("[data-tool]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.tool === this.tool && this.tool !== "")));
    const ready: Record<string, boolean> = {
      line: this.tool === "line" && this.corners.length > 1 && chosen.size === 1,
      ring: this.tool === "ring" && this.corners.length > 2,
      cells: chosen.size > 1,
    };
    this.form.querySelectorAll<HTMLButtonElement>("[data-needs]").forEach((button) => { button.disabled = !ready[button.dataset.needs ?? ""]; });
    const said = this.form.querySelector<HTMLElement>("[data-drawn]");
    if (said) {
      said.textContent = words.marked(chosen.size, this.corners.length);
      said.hidden = !chosen.size && !this.corners.length;
    }
  }
}
