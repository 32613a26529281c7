// Times as people speak them, in the page's language; the same sentences as interfaces/web/words.py.
const english = document.documentElement.lang.startsWith("en");

const zh = {
  left: (span: string) => `还剩 ${span}`,
  over: (span: string) => `超 ${span}`,
  under: "不到 1 分",
  days: (n: number) => `${n} 天`,
  hours: (n: number) => `${n} 小时`,
  minutes: (n: number) => `${n} 分`,
  today: "今天",
  yesterday: "昨天",
  tomorrow: "明天",
  fresh: (n: number) => `${n} 条新`,
  gone: "已不在本列表",
  live: "实时",
  polling: "每 5 秒更新",
  off: "连接中断，正在重试",
  removed: "已移除",
  remove: "移除",
  preparing: "正在处理图片…",
  draft: "已恢复上次没写完的内容",
  discard: "清空",
  locating: "正在定位…",
  denied: "没能取得位置。请在下面选社区，或写明地点。",
  accuracy: (m: number) => `已定位，误差约 ${m} 米`,
  unreadable: (name: string) => `“${name}”打不开，不能作为图片上传，已略过`,
  heic: (name: string) => `“${name}”没有加上：暂不接收 HEIC 图片；请在手机相机设置中选“兼容性最佳”，或另存为 JPEG。`,
  tooMany: (n: number) => `最多 ${n} 张，多出的没有加上`,
  letters: (n: number, most: number) => `${n} / ${most} 字`,
  tooLong: (n: number) => `多出 ${n} 个字，请删减；写的内容都还在`,
  required: "请填写这一项。",
  choose: "请选择一项。",
  wrongNumber: "请填数字，并在允许的范围内。",
  wrongForm: "格式不对，请照例子填写。",
  copied: "已复制",
  chosen: (n: number) => `已选 ${n} 个文件`,
  noFile: "还没选文件",
  offline: "网络不通。您写的内容已保存在本机，网络恢复后请再发送。",
  failed: "没能完成，请再试一次。内容没有丢。",
  noMap: "此设备不能显示底图，已改用简图",
  map: "地图",
  marked: (cells: number, corners: number) => [cells ? `已选 ${cells} 格` : "", corners ? `已画 ${corners} 个点` : ""].filter(Boolean).join(" · "),
  pin: "位置",
  closer: "放大",
  wider: "缩小",
};

const en: typeof zh = {
  left: (span) => `${span} left`,
  over: (span) => `${span} late`,
  under: "under 1 min",
  days: (n) => `${n} d`,
  hours: (n) => `${n} h`,
  minutes: (n) => `${n} min`,
  today: "today",
  yesterday: "yesterday",
  tomorrow: "tomorrow",
  fresh: (n) => `${n} new`,
  gone: "left this list",
  live: "live",
  polling: "updated every 5 s",
  off: "connection lost, retrying",
  removed: "removed",
  remove: "Remove",
  preparing: "Preparing the picture…",
  draft: "Restored what you had not sent",
  discard: "Clear",
  locating: "Finding your place…",
  denied: "Your place could not be found. Choose the community below, or describe the place.",
  accuracy: (m) => `Found, within about ${m} m`,
  unreadable: (name) => `“${name}” cannot be opened as a picture and was left out`,
  heic: (name) => `“${name}” was not added: HEIC pictures are not taken yet; choose “Most Compatible” in the telephone’s camera settings, or save it as JPEG.`,
  tooMany: (n) => `At most ${n}; the rest were not added`,
  letters: (n, most) => `${n} / ${most} characters`,
  tooLong: (n) => `${n} characters too many; shorten it, nothing is lost`,
  required: "Please fill this in.",
  choose: "Please choose one.",
  wrongNumber: "Please give a number within the limits.",
  wrongForm: "Please write it like the example.",
  copied: "Copied",
  chosen: (n) => (n === 1 ? "1 file chosen" : `${n} files chosen`),
  noFile: "No file chosen",
  offline: "No network. What you wrote is kept on this device; send it again when you are back.",
  failed: "That did not go through. Try again; nothing is lost.",
  noMap: "No base map on this device; showing a sketch",
  marked: (cells, corners) => [cells ? `${cells} chosen` : "", corners ? `${corners} points drawn` : ""].filter(Boolean).join(" · "),
  map: "Map",
  pin: "Place",
  closer: "Closer",
  wider: "Wider",
};

export const words = english ? en : zh;

// The server's clock counts: a wrong clock on a desk must not move a deadline.
const skew = (() => {
  const said = document.documentElement.dataset.now;
  return said ? Date.parse(said) - Date.now() : 0;
})();

export function now(): number {
  return Date.now() + skew;
}

/** A span in its two largest units: 2 小时 10 分, 3 天 4 小时, 12 天. */
export function span(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  if (minutes < 1) return words.under;
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days >= 10) return words.days(days);
  if (days) return hours ? `${words.days(days)} ${words.hours(hours)}` : words.days(days);
  if (hours) return rest ? `${words.hours(hours)} ${words.minutes(rest)}` : words.hours(hours);
  return words.minutes(rest);
}

const zone = document.documentElement.dataset.zone || "Asia/Shanghai";
const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

function local(at: number): { day: string; clock: string } {
  const found = Object.fromEntries(parts.formatToParts(at).map((part) => [part.type, part.value]));
  return { day: `${found.year}-${found.month}-${found.day}`, clock: `${found.hour}:${found.minute}` };
}

/** 今天 14:30 · 昨天 09:12 · 11-20 16:05 · 2025-11-20. */
export function spoken(at: number): string {
  const { day, clock } = local(at);
  const today = local(now()).day;
  if (day === today) return `${words.today} ${clock}`;
  if (day === local(now() - 86_400_000).day) return `${words.yesterday} ${clock}`;
  if (day === local(now() + 86_400_000).day) return `${words.tomorrow} ${clock}`;
  return day.slice(0, 4) === today.slice(0, 4) ? `${day.slice(5)} ${clock}` : day;
}
