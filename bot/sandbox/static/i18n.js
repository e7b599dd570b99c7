// The page's own words, in simplified Chinese and English.

const WORDS = {
  title: ["大救星", "Rescue"], subtitle: ["沙盒 · 两个平台的手机", "sandbox · phones on both platforms"],
  addPhone: ["添加手机", "Add phone"], faults: ["故障", "Faults"], other: ["EN", "中文"],
  linked: ["已连接", "live"], unlinked: ["连接中断，正在重连", "connection lost, retrying"],
  traveller: ["旅客", "Traveller"], envoy: ["星使", "Envoy"], family: ["家人", "Family"], staff: ["值守", "On call"], group: ["群", "Group"],
  wechat: ["微信", "WeChat"], telegram: ["Telegram", "Telegram"],
  message: ["发消息", "Message"], send: ["发送", "Send"], more: ["更多", "More"], back: ["返回", "Back"],
  bot: ["机器人", "bot"], service: ["服务号", "Service account"], typing: ["对方正在输入…", "typing…"],
  menu: ["菜单", "Menu"], keyboard: ["键盘", "Keyboard"], attach: ["附件", "Attach"], commands: ["命令", "Commands"],
  photo: ["照片", "Photo"], camera: ["拍摄", "Camera"], location: ["位置", "Location"], voice: ["语音", "Voice"],
  video: ["视频", "Video"], file: ["文件", "File"], contact: ["名片", "Contact"], sticker: ["贴纸", "Sticker"],
  forwarded: ["转发位置", "Forward pin"], liveLocation: ["实时位置", "Live location"], scan: ["扫一扫", "Scan"],
  samples: ["样例", "Samples"], sendHere: ["发送这个位置", "Send this location"], share: ["共享", "Share"],
  shareLive: ["共享实时位置", "Share live location"], forMinutes: ["{n} 分钟", "{n} min"], forHours: ["{n} 小时", "{n} h"],
  dragPin: ["点地图或拖动标记", "Tap the map or drag the pin"], places: ["地点", "Places"], cancel: ["取消", "Cancel"],
  ok: ["好", "OK"], close: ["关闭", "Close"], liveNow: ["正在共享实时位置", "Sharing live location"],
  walk: ["模拟步行", "Walk"], stand: ["停步", "Stand still"], stop: ["停止共享", "Stop"],
  connection: ["手机网络", "Phone network"], good: ["正常", "Good"], bad: ["很差", "Bad"], none: ["无网络", "None"],
  block: ["停用机器人", "Block bot"], unblock: ["启用机器人", "Unblock bot"],
  unfollow: ["取消关注", "Unfollow"], follow: ["关注", "Follow"], removePhone: ["移除这部手机", "Remove this phone"],
  blocked: ["已停用机器人", "You blocked this bot"], unfollowed: ["尚未关注", "Not following"],
  language: ["语言", "Language"], name: ["姓名", "Name"], role: ["角色", "Role"], platform: ["平台", "Platform"],
  phoneNumber: ["电话", "Telephone"], add: ["添加", "Add"], bring: ["已有的人", "People already there"], start: ["开始", "Start"], notStarted: ["还没有打开机器人", "Bot not started"], windowLeft: ["还可收 {n} 条", "{n} more can arrive"],
  windowClosed: ["48 小时窗口未开", "48 h window closed"], empty: ["还没有手机", "No phones yet"],
  emptyHint: ["点“添加手机”，放一部在桌上。", "Choose “Add phone” to put one on the desk."],
  loading: ["正在取回手机…", "Fetching the phones…"], quiet: ["还没有消息", "No messages yet"],
  quietWechat: ["发一条位置，就是求救", "Share a location to call for help"],
  quietEnvoy: ["求救会出现在这里", "Calls for help appear here"],
  quietFamily: ["家人的消息会出现在这里", "Word of your relative appears here"],
  edited: ["已编辑", "edited"], live: ["实时", "live"], ended: ["已结束", "ended"], lost: ["未送达", "Not delivered"],
  openMap: ["查看地图", "Open map"], details: ["查看详情", "Details"], yourNumber: ["我的号码", "My number"],
  someoneElse: ["别人的名片", "Somebody else"], openOn: ["在谁的手机上打开", "Open on whose phone"],
  faultsTitle: ["幕后", "Backstage"], tabFaults: ["故障", "Faults"], tabRules: ["违规", "Violations"], tabCalls: ["调用", "Calls"],
  apiAnswers: ["平台接口的回答", "Answers of the platform's API"], pushes: ["平台推送", "Pushes from the platform"],
  once: ["一次", "Once"], five: ["五次", "5 times"], untilOff: ["直到关闭", "Until off"], healAll: ["全部恢复", "Heal everything"],
  strikes: ["发生", "Strikes"], both: ["两个平台", "Both"], inForce: ["正在生效", "In force"], struck: ["已发生 {n} 次", "struck {n}×"],
  noFaults: ["没有故障，一切正常。", "No faults: everything works."], noRules: ["没有违规。", "No violations."],
  noCalls: ["还没有调用。", "No calls yet."], left: ["还剩 {n} 次", "{n} left"],
  too_many: ["429 太频繁", "429 too many"], server_error: ["5xx 错误", "5xx error"], bad_gateway: ["502 网页", "502 HTML page"],
  timeout: ["不回答", "No answer"], slow: ["慢 6 秒", "6 s slow"], reset: ["连接重置", "Connection reset"],
  truncated: ["半截 JSON", "Half the JSON"], lost_answer: ["已执行、回答丢失", "Done, answer lost"],
  duplicate: ["推送 3 遍", "Pushed 3×"], scatter: ["乱序 5 秒", "Shuffled over 5 s"], delay: ["迟到 5 秒", "5 s late"],
  push_unheard: ["没听到服务的回答", "Answer not heard"], error: ["拒绝", "Refused"],
  killToken: ["微信 access_token 立即失效", "Invalidate WeChat's access_token"], done: ["已完成", "Done"],
  copied: ["不可用", "Not available"], lastSeen: ["最后", "last"], opens: ["会打开网页：", "would open: "],
  answers: ["可以这样回答", "Possible answers"],
  search: ["纬度, 经度", "latitude, longitude"], you: ["我", "Me"],
};

let column = 0;
try {
  const stored = localStorage.getItem("sandbox-language");
  column = stored === null ? (navigator.language.startsWith("zh") ? 0 : 1) : Number(stored);
} catch { column = 0; }

export function t(key, values = {}) {
  const words = (WORDS[key] ?? [key, key])[column];
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export const chinese = () => column === 0;

export function toggleLanguage() {
  column = 1 - column;
  try { localStorage.setItem("sandbox-language", String(column)); } catch { /* the choice lasts until reload */ }
}
