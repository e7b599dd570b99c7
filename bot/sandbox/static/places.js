// Places one click away: [Chinese, English, latitude, longitude] in WGS-84.
export const PLACES = [
  ["曼谷大皇宫", "Bangkok Grand Palace", 13.75, 100.4913],
  ["清迈古城", "Chiang Mai old city", 18.7883, 98.9853],
  ["普吉巴东", "Phuket Patong", 7.8966, 98.2965],
  ["河内还剑湖", "Hanoi Hoan Kiem", 21.0287, 105.8524],
  ["暹粒吴哥窟", "Angkor Wat", 13.4125, 103.867],
  ["巴厘岛库塔", "Bali Kuta", -8.7177, 115.1682],
  ["新加坡鱼尾狮", "Singapore Merlion", 1.2868, 103.8545],
  ["东京新宿", "Tokyo Shinjuku", 35.6896, 139.7006],
  ["首尔明洞", "Seoul Myeong-dong", 37.5636, 126.9827],
  ["香港尖沙咀", "Hong Kong TST", 22.2988, 114.1722],
  ["台北 101", "Taipei 101", 25.034, 121.5645],
  ["北京天安门", "Beijing Tian'anmen", 39.9087, 116.3975],
  ["拉萨布达拉宫", "Lhasa Potala", 29.6578, 91.1169],
  ["巴黎铁塔", "Paris Eiffel", 48.8584, 2.2945],
  ["勃朗峰", "Mont Blanc", 45.8326, 6.8652],
  ["纽约时代广场", "New York Times Sq", 40.758, -73.9855],
];
