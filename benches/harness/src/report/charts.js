'use strict';
// Charts in SVG: axes, lines, areas, dots, and what is shown under the pointer.
const SVG = 'http://www.w3.org/2000/svg';
const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
const sv = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);
function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(key, value);
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) node.append(child);
  return node;
}

// Numbers as people read them.
const digits = (value, count = 3) => {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(count)));
};
const time = seconds => {
  if (seconds === null || !Number.isFinite(seconds)) return '–';
  if (seconds === 0) return '0';
  if (seconds < 1e-3) return digits(seconds * 1e6) + ' µs';
  if (seconds < 1) return digits(seconds * 1e3) + ' ms';
  if (seconds < 120) return digits(seconds) + ' s';
  if (seconds < 7200) return digits(seconds / 60) + ' min';
  return digits(seconds / 3600) + ' h';
};
const percent = (share, places) => {
  const value = share * 100;
  if (places === undefined) places = value > 99 && value < 100 ? 2 : 1;
  // What is not all must not read as all.
  const text = value.toFixed(places);
  return (value < 100 && Number(text) === 100 ? '>99.9' : text) + ' %';
};
// Times of a run that lasts so long.
const clock = last => seconds => {
  const minutes = Math.round(seconds / 60);
  return last < 300 ? digits(seconds) : last <= 3600 ? String(minutes) : Math.floor(minutes / 60) + ':' + String(minutes % 60).padStart(2, '0');
};
const clockName = last => 'time, ' + (last < 300 ? 's' : last <= 3600 ? 'min' : 'h:min');

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough)), part = rough / power;
  return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
}
function linear(low, high, from, to, count = 5) {
  if (!(high > low)) high = low + 1;
  const step = niceStep((high - low) / count), ticks = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-6; at += step) ticks.push(Number(at.toPrecision(10)));
  const scale = value => from + (value - low) / (high - low) * (to - from);
  return Object.assign(scale, { ticks });
}
function times(high, from, to) {
  const steps = [1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800];
  const step = steps.find(step => high / step <= 7) ?? 604800 * Math.ceil(high / 604800 / 7), ticks = [];
  for (let at = 0; at <= high; at += step) ticks.push(at);
  const scale = value => from + value / (high || 1) * (to - from);
  return Object.assign(scale, { ticks });
}
function logarithmic(low, high, from, to) {
  low = Math.log10(low); high = Math.max(Math.log10(high), low + 1e-3);
  const ticks = [], wide = high - low > 2.2;
  for (let power = Math.floor(low); power <= high; power++)
    for (const part of wide ? [1] : [1, 2, 5]) { const at = part * 10 ** power; if (Math.log10(at) >= low - 1e-9 && Math.log10(at) <= high + 1e-9) ticks.push(at); }
  const scale = value => from + (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low) * (to - from);
  return Object.assign(scale, { ticks });
}

// The same for latencies, whose ticks are whole numbers of the units that people read.
function latencies(low, high, from, to) {
  const scale = logarithmic(low, high, from, to), all = [1e-6, 1e-5, 1e-4, 1e-3, .01, .1, 1, 10, 60, 600, 3600, 36000, 360000];
  const ticks = all.filter(at => at >= low && at <= high);
  return ticks.length > 2 ? Object.assign(scale, { ticks }) : scale;
}

// A chart: `draw` gets the plane and returns what belongs on it.
function chart({ width = 560, height = 220, left = 46, right = 12, top = 22, bottom = 32, xs, ys, xName, yName, xText, yText, draw, hover }) {
  const plane = { x0: left, x1: width - right, y0: height - bottom, y1: top };
  const x = xs(plane.x0, plane.x1), y = ys(plane.y0, plane.y1);
  const root = sv('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img' });
  for (const tick of y.ticks) root.append(
    sv('line', { class: 'gridline', x1: plane.x0, x2: plane.x1, y1: y(tick), y2: y(tick) }),
    sv('text', { x: plane.x0 - 7, y: y(tick) + 4, 'text-anchor': 'end' }, yText(tick)));
  let taken = -Infinity;
  for (const tick of x.ticks) {
    const half = xText(tick).length * 3.3;
    if (x(tick) - half < taken + 6) continue;
    taken = x(tick) + half;
    root.append(sv('text', { x: x(tick), y: plane.y0 + 16, 'text-anchor': 'middle' }, xText(tick)));
  }
  root.append(sv('line', { class: 'axis', x1: plane.x0, x2: plane.x1, y1: plane.y0, y2: plane.y0 }));
  if (yName) root.append(sv('text', { x: 0, y: 10 }, yName));
  if (xName) root.append(sv('text', { x: plane.x1, y: height - 1, 'text-anchor': 'end' }, xName));
  root.append(...draw({ x, y, plane }).flat(Infinity).filter(Boolean));
  const label = [yName, xName].filter(Boolean).join(' by ');
  if (label) root.setAttribute('aria-label', label);
  if (hover) follow(root, plane, width, at => hover(at, x, y));
  return root;
}

function follow(root, plane, width, tell) {
  const cross = sv('line', { class: 'cross', y1: plane.y1, y2: plane.y0, visibility: 'hidden' });
  root.append(cross);
  root.addEventListener('pointermove', event => {
    const box = root.getBoundingClientRect(), at = (event.clientX - box.left) / box.width * width;
    const told = at >= plane.x0 && at <= plane.x1 ? tell(at) : null;
    if (!told) return hide();
    cross.setAttribute('visibility', 'visible');
    cross.setAttribute('x1', told.x); cross.setAttribute('x2', told.x);
    showTip(event, told.lines);
  });
  const hide = () => { cross.setAttribute('visibility', 'hidden'); tip.hidden = true; };
  root.addEventListener('pointerleave', hide);
}
const tip = document.getElementById('tip');
function showTip(event, lines) {
  tip.replaceChildren(...lines.map(([name, value]) => el('div', {}, el('span', {}, name), value === null ? null : el('b', {}, value))));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.min(event.clientX + 14, innerWidth - box.width - 8) + 'px';
  tip.style.top = Math.max(8, event.clientY - box.height - 12) + 'px';
}

// Values that hold from one time to the next, as a path.
function steps(at, values, end, x, y) {
  let path = '';
  values.forEach((value, index) => {
    path += `${index ? 'H' : 'M'}${x(at[index]).toFixed(1)}${index ? 'V' : ','}${y(value).toFixed(1)}`;
  });
  return path + 'H' + x(end).toFixed(1);
}
// What lies between two such paths.
function band(at, low, high, end, x, y) {
  let path = steps(at, high, end, x, y);
  for (let index = at.length - 1; index >= 0; index--) path += `V${y(low[index]).toFixed(1)}H${x(at[index]).toFixed(1)}`;
  return path + 'Z';
}
const line = (path, colour, width = 1.8) => sv('path', { d: path, fill: 'none', stroke: colour, 'stroke-width': width, 'stroke-linejoin': 'round' });
const area = (path, x0, y0, colour, opacity = 1) => sv('path', { d: `${path}V${y0}H${x0}Z`, fill: colour, 'fill-opacity': opacity, stroke: 'none' });
function limitLine(text, plane, at, upright = false) {
  return upright
    ? [sv('line', { class: 'limit', x1: at, x2: at, y1: plane.y1, y2: plane.y0 }), sv('text', { class: 'limit', x: at - 5, y: plane.y1 + 11, 'text-anchor': 'end' }, text)]
    : [sv('line', { class: 'limit', x1: plane.x0, x2: plane.x1, y1: at, y2: at }), sv('text', { class: 'limit', x: plane.x0 + 5, y: at - 5 }, text)];
}
const legend = (...entries) => el('div', { class: 'legend' }, entries.map(([name, colour]) => el('span', {}, el('i', { class: 'swatch', style: `background:${colour}` }), name)));
