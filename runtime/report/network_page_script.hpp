// What the page of a network does: JavaScript, in two parts.
#pragma once

namespace tn {

/// From a file to probabilities. `network` is an object with classes, shape, fit, scale, shift, ground and the module.
inline constexpr const char* page_network_script = R"(
'use strict';
const bytesOf = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
// Abramowitz and Stegun, 7.1.26 is too coarse; a series near 0, a continued fraction elsewhere.
function erf(x) {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a, sum = a;
    for (let n = 1; n < 60; ++n) { term *= -a * a / n; sum += term / (2 * n + 1); }
    return Math.sign(x) * sum * 2 / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; --n) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}
const ready = WebAssembly.instantiate(bytesOf(network.module), {math: {exp: Math.exp, expm1: Math.expm1, log: Math.log,
  log1p: Math.log1p, tanh: Math.tanh, erf}}).then(({instance: {exports: e}}) => {
  new Uint8Array(e.memory.buffer).set(bytesOf(network.weights), e.weights());
  network.module = network.weights = '';
  return e;
});

// Output pixel i of `count` from `from` on, of `out`, is the sum of weights[begin[i] + k] times input pixel first[i] + k.
function filter(length, out, from, count) {
  const scale = length / out, radius = Math.max(scale, 1), first = [], begin = [0], weights = [];
  for (let i = from; i < from + count; ++i) {
    const centre = (i + 0.5) * scale, own = [];
    const low = Math.min(Math.max(Math.floor(centre - radius + 0.5), 0), length - 1);
    const high = Math.min(Math.max(Math.floor(centre + radius + 0.5), low + 1), length);
    for (let j = low; j < high; ++j) own.push(Math.max(0, 1 - Math.abs(j + 0.5 - centre) / radius));
    const total = own.reduce((a, b) => a + b, 0);
    for (const w of own) weights.push(w / total);
    first.push(low);
    begin.push(weights.length);
  }
  return {first, begin, weights, last: first[count - 1] + begin[count] - begin[count - 1]};
}
function scaleWidth(input, width, height, f, out, finish) {
  const result = new Float32Array(out * height);
  for (let y = 0; y < height; ++y)
    for (let x = 0; x < out; ++x) {
      let sum = 0, at = y * width + f.first[x];
      for (let k = f.begin[x]; k < f.begin[x + 1]; ++k) sum += f.weights[k] * input[at++];
      result[y * out + x] = finish(sum);
    }
  return result;
}
function scaleHeight(input, width, f, out, top, finish) {
  const result = new Float32Array(out * width), sums = new Float64Array(width);
  for (let y = 0; y < out; ++y) {
    sums.fill(0);
    for (let k = f.begin[y], at = (f.first[y] - top) * width; k < f.begin[y + 1]; ++k, at += width) {
      const w = f.weights[k];
      for (let x = 0; x < width; ++x) sums[x] += w * input[at + x];
    }
    for (let x = 0; x < width; ++x) result[y * width + x] = finish(sums[x]);
  }
  return result;
}
const exact = v => v, toByte = v => Math.min(Math.max(Math.floor(v + 0.5), 0), 255);
function scaled(plane, width, height, w, h) {
  if (width === w && height === h) return plane;
  const across = filter(width, w, 0, w), down = filter(height, h, 0, h);
  return height < h ? scaleHeight(scaleWidth(plane, width, height, across, w, exact), w, down, h, 0, toByte)
                    : scaleWidth(scaleHeight(plane, width, down, h, 0, exact), width, h, across, w, toByte);
}
// The middle of the plane scaled to cover 8/7 of the wanted sides, rounded to bytes between rows and columns.
function middle(plane, width, height, w, h) {
  const scale = Math.max(h * 8 / 7 / height, w * 8 / 7 / width), even = v => { const r = Math.round(v); return r - v === 0.5 && r % 2 ? r - 1 : r; };
  const H = Math.max(h, Math.floor(height * scale + 1e-6)), W = Math.max(w, Math.floor(width * scale + 1e-6));
  const across = filter(width, W, even((W - w) / 2), w), down = filter(height, H, even((H - h) / 2), h);
  for (const f of [across, down]) f.weights = f.weights.map(v => Math.floor(0.5 + v * 4194304) / 4194304);
  const top = down.first[0], rows = down.last - top;
  return scaleHeight(scaleWidth(plane.subarray(top * width, down.last * width), width, rows, across, w, toByte), w, down, h, top, toByte);
}
function inside(shape, height, width) {
  const scale = Math.min(height / shape.height, width / shape.width), side = (v, most) => Math.min(Math.max(Math.round(v * scale), 1), most);
  const h = side(shape.height, height), w = side(shape.width, width);
  return {top: (height - h) >> 1, left: (width - w) >> 1, height: h, width: w};
}
function fitted(plane, width, height) {
  const {width: w, height: h} = network.shape;
  if (network.fit === 'centre') return middle(plane, width, height, w, h);
  if (network.fit === 'cover') {
    const r = inside(network.shape, height, width), part = new Uint8Array(r.width * r.height);
    for (let y = 0; y < r.height; ++y) {
      const at = (r.top + y) * width + r.left;
      part.set(plane.subarray(at, at + r.width), y * r.width);
    }
    return scaled(part, r.width, r.height, w, h);
  }
  if (network.fit === 'pad') {
    const r = inside({height, width}, h, w), part = scaled(plane, width, height, r.width, r.height), all = new Float32Array(w * h);
    for (let y = 0; y < r.height; ++y) all.set(part.subarray(y * r.width, (y + 1) * r.width), (r.top + y) * w + r.left);
    return all;
  }
  return scaled(plane, width, height, w, h);
}

// Upright, by its EXIF orientation, on the ground; a canvas.
async function decoded(file) {
  const options = {imageOrientation: 'from-image', colorSpaceConversion: 'none'};
  let bitmap = await createImageBitmap(file, options);
  const most = 16000000, size = bitmap.width * bitmap.height;
  if (size > most) {  // some browsers have no larger canvas
    const scale = Math.sqrt(most / size);
    bitmap = await createImageBitmap(bitmap, {resizeWidth: Math.floor(bitmap.width * scale),
      resizeHeight: Math.floor(bitmap.height * scale), resizeQuality: 'high'});
  }
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.fillStyle = `rgb(${network.ground})`;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas;
}
const isJpeg = bytes => bytes[0] === 255 && bytes[1] === 216;
// The EXIF orientation of a JPEG, 1 to 8.
function orientation(bytes) {
  const view = new DataView(bytes.buffer);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 255 && bytes[at + 1] !== 218; at += 2 + view.getUint16(at + 2)) {
    if (bytes[at + 1] !== 225 || at + 18 > bytes.length || view.getUint32(at + 4) !== 0x45786966) continue;
    const tiff = at + 10, little = view.getUint16(tiff) === 0x4949, list = tiff + view.getUint32(tiff + 4, little);
    if (list + 2 > bytes.length) return 1;
    for (let i = 0, entry = list + 2; i < view.getUint16(list, little) && entry + 12 <= bytes.length; ++i, entry += 12)
      if (view.getUint16(entry, little) === 0x112) {
        const value = view.getUint16(entry + 8, little);
        return value >= 1 && value <= 8 ? value : 1;
      }
    return 1;
  }
  return 1;
}
// The luminance that a JPEG has stored, upright: what grey networks see. Null where the browser does not give it.
async function luminance(bytes, width, height) {
  if (typeof ImageDecoder === 'undefined') return null;
  try {
    const {image} = await new ImageDecoder({data: bytes, type: 'image/jpeg'}).decode(), turned = orientation(bytes);
    const w = image.codedWidth, h = image.codedHeight, data = new Uint8Array(image.allocationSize());
    const fits = turned > 4 ? w === height && h === width : w === width && h === height;
    if (!fits || !/^I4/.test(image.format)) return null;
    const [{offset, stride}] = await image.copyTo(data);
    const last = (h - 1) * stride + w - 1, bottom = (h - 1) * stride, right = w - 1;
    const [origin, column, row] = [[0, 1, stride], [right, -1, stride], [last, -1, -stride], [bottom, 1, -stride],
      [0, stride, 1], [bottom, -stride, 1], [last, -stride, -1], [right, stride, -1]][turned - 1];
    const plane = new Uint8Array(width * height);
    for (let y = 0, i = 0; y < height; ++y)
      for (let x = 0, at = offset + origin + y * row; x < width; ++x, at += column) plane[i++] = data[at];
    image.close();
    return plane;
  } catch {
    return null;
  }
}
function planesOf({data}, jpeg) {
  const count = data.length / 4, planes = [];
  for (let c = 0; c < network.shape.channels; ++c) {
    const plane = new Uint8Array(count);
    if (network.shape.channels === 3) for (let i = 0; i < count; ++i) plane[i] = data[4 * i + c];
    else if (jpeg) for (let i = 0, at = 0; i < count; ++i, at += 4) plane[i] = (19595 * data[at] + 38470 * data[at + 1] + 7471 * data[at + 2] + 32768) >> 16;
    else for (let i = 0, at = 0; i < count; ++i, at += 4) {
      const [r, g, b] = [data[at], data[at + 1], data[at + 2]];
      plane[i] = r === g && g === b ? r : (77 * r + 150 * g + 29 * b) >> 8;
    }
    planes.push(plane);
  }
  return planes;
}
async function classify(file) {
  const e = await ready, canvas = await decoded(file), {width, height} = canvas;
  const bytes = new Uint8Array(await file.arrayBuffer()), jpeg = isJpeg(bytes);
  const stored = jpeg && network.shape.channels === 1 ? await luminance(bytes, width, height) : null;
  const planes = stored ? [stored] : planesOf(canvas.getContext('2d').getImageData(0, 0, width, height), jpeg);
  const plane = network.shape.width * network.shape.height;
  const x = new Float32Array(e.memory.buffer, e.input(), plane * planes.length);
  planes.forEach((values, c) => fitted(values, width, height).forEach((v, i) => { x[c * plane + i] = v * network.scale[c] + network.shift[c]; }));
  const start = performance.now();
  e.run();
  const ms = performance.now() - start, y = new Float32Array(e.memory.buffer, e.output(), network.classes.length);
  return {classes: network.classes.map((name, i) => [name, y[i]]), ms, canvas};
}
)";

/// What happens when photographs come: cards with bars.
inline constexpr const char* page_cards_script = R"(
const $ = id => document.getElementById(id), percent = p => (100 * p).toFixed(p > 0.9995 || p < 0.0995 ? 1 : 0) + ' %';
function element(name, className, text) {
  const e = document.createElement(name);
  if (className) e.className = className;
  if (text) e.textContent = text;
  return e;
}
function show(card, name, result) {
  const small = element('canvas'), side = 480 / Math.max(result.canvas.width, result.canvas.height, 480);
  small.width = Math.max(1, result.canvas.width * side);
  small.height = Math.max(1, result.canvas.height * side);
  small.getContext('2d').drawImage(result.canvas, 0, 0, small.width, small.height);
  small.setAttribute('role', 'img');
  small.setAttribute('aria-label', name);
  const best = [...result.classes].sort((a, b) => b[1] - a[1]).slice(0, 5), list = element('ol');
  for (const [label, p] of best) {
    const item = element('li'), bar = element('div', 'bar'), part = element('div');
    part.style.width = 100 * p + '%';
    bar.setAttribute('aria-hidden', 'true');
    bar.append(part);
    item.append(element('span', 'label', label), element('span', 'share', percent(p)), bar);
    list.append(item);
  }
  card.replaceChildren(small, element('h2', '', name), list, element('p', 'time', result.ms.toFixed(1) + ' ms'));
  return `${name}: ${best[0][0]}, ${percent(best[0][1])}`;
}
let queue = Promise.resolve();
function add(files) {
  for (const file of files) {
    const name = file.name || 'pasted photograph', card = element('li', 'card');
    card.append(element('h2', '', name), element('p', 'time', 'is being read'));
    $('cards').append(card);
    $('clear').hidden = false;
    queue = queue.then(() => classify(file)).then(result => { $('told').textContent = show(card, name, result); }, () => {
      card.classList.add('wrong');
      card.replaceChildren(element('h2', '', name), element('p', 'time', 'this browser cannot read it as a photograph'));
      $('told').textContent = name + ' cannot be read';
    });
  }
  return queue;
}
const input = $('files'), drop = $('drop');
input.addEventListener('change', () => { add([...input.files]); input.value = ''; });
$('photo').addEventListener('change', () => { add([...$('photo').files]); $('photo').value = ''; });
addEventListener('dragover', event => { event.preventDefault(); drop.classList.add('over'); });
addEventListener('dragleave', event => { if (!event.relatedTarget) drop.classList.remove('over'); });
addEventListener('drop', event => {
  event.preventDefault();
  drop.classList.remove('over');
  add([...event.dataTransfer.files]);
});
addEventListener('paste', event => add([...event.clipboardData.files]));
$('clear').addEventListener('click', () => {
  $('cards').replaceChildren();
  $('clear').hidden = true;
  $('told').textContent = 'all photographs removed';
  input.focus();
});
const camera = $('camera'), video = $('video');
let stream = null;
$('take').addEventListener('click', async () => {
  if (!navigator.mediaDevices || matchMedia('(pointer: coarse)').matches) return $('photo').click();
  try {
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
  } catch {
    return $('photo').click();
  }
  video.srcObject = stream;
  camera.showModal();
});
camera.addEventListener('close', () => { if (stream) for (const track of stream.getTracks()) track.stop(); });
$('shutter').addEventListener('click', () => {
  const canvas = element('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d').drawImage(video, 0, 0);
  canvas.toBlob(blob => { if (blob) add([new File([blob], 'photograph ' + new Date().toLocaleTimeString() + '.png')]); });
  camera.close();
});
$('leave').addEventListener('click', () => camera.close());
)";

}  // namespace tn
