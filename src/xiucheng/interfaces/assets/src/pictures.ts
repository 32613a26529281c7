// Makes a photo smaller in the browser and keeps its EXIF facts (time, place), which a canvas would drop.

/** The APP1 segment of a JPEG with its EXIF, orientation set to upright; null where there is none. */
export function exifOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 < view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const length = view.getUint16(at + 2);
    if (marker === 0xda || length < 2 || at + 2 + length > view.byteLength) return null;
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
      const segment = bytes.slice(at, at + 2 + length);
      upright(segment);
      return segment;
    }
    at += 2 + length;
  }
  return null;
}

/** The canvas has turned the pixels already: say so, else viewers would turn them twice. */
function upright(segment: Uint8Array<ArrayBuffer>): void {
  const tiff = new DataView(segment.buffer, segment.byteOffset + 10, segment.byteLength - 10);
  if (tiff.byteLength < 8) return;
  const little = tiff.getUint16(0) === 0x4949;
  const first = tiff.getUint32(4, little);
  if (first + 2 > tiff.byteLength) return;
  const count = tiff.getUint16(first, little);
  for (let index = 0; index < count; index += 1) {
    const entry = first + 2 + index * 12;
    if (entry + 12 > tiff.byteLength) return;
    if (tiff.getUint16(entry, little) === 0x0112) tiff.setUint16(entry + 8, 1, little);
  }
}

/** HEIC, as iPhones keep pictures, or its like (AVIF): the server takes neither, and few browsers open HEIC. Told by the
 * beginning of the file, with the brands of foundation/media/rules.py. */
export async function isHeic(file: File): Promise<boolean> {
  if (/^image\/hei[cf]/.test(file.type)) return true;
  const start = new TextDecoder("latin1").decode(await file.slice(4, 12).arrayBuffer());
  return /^ftyp(hei[cfmsx]|hev[cmsx]|mif1|msf1|avif)/.test(start);
}

/** At most `edge` pixels long; the original where it is small already or cannot be drawn. HEIC, where the browser opens
 * it, becomes a JPEG whatever its size. */
export async function shrink(file: File, edge: number): Promise<File> {
  const heic = await isHeic(file);
  if (file.size < 400_000 && !heic) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.84));
    if (!blob || (blob.size >= file.size && !heic)) return file;
    const exif = exifOf(new Uint8Array(await file.slice(0, 256_000).arrayBuffer()));
    const small = new Uint8Array(await blob.arrayBuffer());
    const parts = exif ? [small.slice(0, 2), exif, small.slice(2)] : [small];
    return new File(parts, file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    return file;
  }
}
