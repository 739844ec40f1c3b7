// What the page of findings does: JavaScript. `found` is an object with id, folder, classes, pictures and findings.
#pragma once

namespace photos {

inline constexpr const char* findings_page_script = R"(
'use strict';
const at = id => document.getElementById(id), named = found.classes, all = found.findings;
const percent = p => p > 0.99 ? 'over 99 %' : p < 0.01 ? 'under 1 %' : Math.round(100 * p) + ' %';
const text = (tag, words, name) => { const e = document.createElement(tag); e.textContent = words; if (name) e.className = name; return e; };
// By file: what was decided about it. A photograph that was found twice is decided once.
let decisions = new Map(), undone = [], current = 0, unsaved = false;
const swapped = new Set(), store = 'typenet-' + found.id;
try { decisions = new Map(JSON.parse(localStorage.getItem(store) || '[]')); } catch { decisions = new Map(); }
const subject = i => all[i].files[swapped.has(i) ? 1 : 0], other = i => all[i].files[swapped.has(i) ? 0 : 1];
const decisionOf = i => decisions.get(subject(i).file);
const suggestion = i => all[i].kind === 'label' ? all[i].suggested : all[i].kind === 'two classes' ? other(i).label : null;
const past = d => d.decision === 'keep' ? 'Kept' : d.decision === 'remove' ? 'Removed' : 'Relabelled to ' + named[d.label];
const titles = {label: 'The label looks wrong', 'two classes': 'One photograph in two classes', duplicate: 'A copy', leak: 'In the folder to test on, too'};
function why(i) {
  const f = all[i], like = f.other && `Alike ${(100 * f.similarity).toFixed(1)} %${f.mirrored ? ', mirrored' : ''}. `;
  return {label: '', 'two classes': like + 'One of the two labels is wrong, or both photographs are to go.',
    duplicate: like + 'Both are of one class; one of them says nothing new.',
    leak: like + 'What is trained on must not be tested on.'}[f.kind];
}
function figure(f, asked) {
  const box = document.createElement('figure'), image = new Image();
  image.src = found.pictures[f.picture];
  image.alt = 'Photograph labelled ' + f.class;
  const words = text('figcaption', f.name + ', ');
  words.append(text('b', f.class));
  box.append(image, words);
  if (asked) box.className = 'asked';
  return box;
}
function facts(i) {
  const f = all[i], rows = [['label', subject(i).class]];
  if (f.kind === 'label') rows.push(['the model says', `${named[f.suggested]} ${percent(f.said[1])}`], ['of the label', percent(f.said[0])]);
  if (f.kind !== 'label') rows.push(['the other', other(i).class + '/' + other(i).name]);
  rows.push(['file', subject(i).file]);
  at('facts').replaceChildren(...rows.flatMap(([a, b]) => [text('dt', a), text('dd', b)]));
}
function mark(i) {
  const button = at('list').children[i].firstChild, d = decisionOf(i), f = all[i], last = button.lastChild;
  last.textContent = d ? past(d) : f.kind === 'label' ? percent(f.chance) : f.kind;
  last.className = d ? d.decision : '';
  button.setAttribute('aria-label', `${i + 1}: ${subject(i).name}, labelled ${subject(i).class}, ${d ? past(d) : 'not decided'}`);
  if (i === current) button.setAttribute('aria-current', 'true'); else button.removeAttribute('aria-current');
}
const decided = () => all.filter((_, i) => decisionOf(i)).length;
function show(i, words) {
  current = Math.min(Math.max(i, 0), all.length - 1);
  const f = all[current], d = decisionOf(current), s = suggestion(current);
  at('pictures').replaceChildren(...(f.kind === 'label' ? [figure(subject(current))] : [figure(subject(current), true), figure(other(current))]));
  at('what').textContent = `${current + 1} of ${all.length}: ${titles[f.kind]}`;
  at('chance').textContent = f.kind === 'label' ? percent(f.chance) : '';
  at('chance-is').hidden = f.kind !== 'label';
  at('why').textContent = why(current);
  facts(current);
  at('decided').textContent = d ? past(d) : '';
  at('decided').className = d ? d.decision : '';
  at('relabel').hidden = s === null;
  if (s !== null) at('to').textContent = named[s];
  at('swap').hidden = f.kind !== 'two classes' && f.kind !== 'duplicate';
  at('undo').disabled = !undone.length;
  at('previous').disabled = current === 0;
  at('next').disabled = current === all.length - 1;
  all.forEach((_, k) => mark(k));
  at('progress').value = decided();
  at('count').textContent = `${decided()} of ${all.length} decided`;
  at('save').disabled = !decisions.size;
  at('told').textContent = `${words ? words + '. ' : ''}${at('what').textContent}. Labelled ${subject(current).class}. ` +
    (f.kind === 'label' ? `The model says ${named[f.suggested]}. Chance of being wrong ${percent(f.chance)}.` : why(current));
}
function remember() {
  unsaved = true;
  try { localStorage.setItem(store, JSON.stringify([...decisions])); } catch { /* then it is not kept */ }
}
function decide(decision, label) {
  const s = subject(current), before = decisions.get(s.file), d = {decision, label, class: s.class};
  if (label === s.label) { at('told').textContent = 'It is labelled ' + s.class + ' already'; return; }
  undone.push({file: s.file, before, current, swapped: swapped.has(current)});
  decisions.set(s.file, d);
  remember();
  let next = current;
  for (let k = 1; k <= all.length; ++k) if (!decisionOf((current + k) % all.length)) { next = (current + k) % all.length; break; }
  show(next, past(d) + (decided() === all.length ? '. All are decided: save them' : ''));
}
function undo() {
  const u = undone.pop();
  if (!u) return;
  if (u.before) decisions.set(u.file, u.before); else decisions.delete(u.file);
  if (u.swapped) swapped.add(u.current); else swapped.delete(u.current);
  remember();
  show(u.current, 'Undone');
}
function swap() {
  if (at('swap').hidden) return;
  if (!swapped.delete(current)) swapped.add(current);
  show(current, 'The other photograph');
}
function table() {
  const field = words => '"' + words.replaceAll('"', '""') + '"';
  return 'file,class,decision,new_class\n' + [...decisions].map(([file, d]) =>
    [field(file), field(d.class), d.decision, d.decision === 'relabel' ? field(named[d.label]) : ''].join(',') + '\n').join('');
}
function save() {
  if (!decisions.size) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([table()], {type: 'text/csv'}));
  link.download = 'decisions.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  unsaved = false;
  at('told').textContent = `${decisions.size} decisions are saved as decisions.csv`;
}
const relabel = () => { if (suggestion(current) !== null) decide('relabel', suggestion(current)); };
const other_class = () => decide('relabel', Number(at('class').value));
const keys = {k: () => decide('keep'), r: relabel, x: () => decide('remove'), c: () => at('class').focus(), u: undo, o: swap, s: save,
  arrowleft: () => show(current - 1), arrowright: () => show(current + 1)};
addEventListener('keydown', e => {
  const key = e.key.toLowerCase(), typing = e.target === at('class');
  if (typing && key === 'enter') { e.preventDefault(); other_class(); at('what').focus(); return; }
  if (typing && key === 'escape') { at('what').focus(); return; }
  if (key === 'z' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); undo(); return; }
  if (e.ctrlKey || e.metaKey || e.altKey || typing || !keys[key]) return;
  e.preventDefault();
  keys[key]();
});
addEventListener('beforeunload', e => { if (unsaved) e.preventDefault(); });
for (const [id, act] of Object.entries({keep: keys.k, relabel, remove: keys.x, undo, swap, save, previous: keys.arrowleft, next: keys.arrowright}))
  at(id).addEventListener('click', act);
at('other').addEventListener('submit', e => { e.preventDefault(); other_class(); });
at('class').append(...named.map((name, i) => { const o = text('option', name); o.value = i; return o; }));
at('list').append(...all.map((f, i) => {
  const item = document.createElement('li'), button = document.createElement('button'), image = new Image();
  image.loading = 'lazy';
  image.src = found.pictures[f.files[0].picture];
  image.alt = '';
  button.type = 'button';
  button.append(image, text('span', ''));
  button.addEventListener('click', () => { show(i); at('what').focus(); });
  item.append(button);
  return item;
}));
at('progress').max = all.length;
show(Math.max(all.findIndex((_, i) => !decisionOf(i)), 0));
)";

}  // namespace photos
