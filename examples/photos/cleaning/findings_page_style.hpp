// How the page of findings looks: light or dark, wide or narrow.
#pragma once

namespace photos {

inline constexpr const char* findings_page_style = R"(
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#1f242b;--soft:#5b626c;--line:#c4cad3;--mark:#0072b2;--bad:#b3261e;
--good:#1b6e3c}
@media(prefers-color-scheme:dark){:root{--ground:#14171c;--card:#1d2128;--ink:#e8ebf0;--soft:#a8b0bb;--line:#454d59;--mark:#4aa3df;
--bad:#ff8a80;--good:#7ccf97}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1180px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:1.4rem;margin:0 0 .2em;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0 0 .4em;overflow-wrap:anywhere}
p{margin:.2em 0 .7em;color:var(--soft);overflow-wrap:anywhere}
code{color:var(--ink);overflow-wrap:anywhere}
.row{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:0 0 12px}
progress{flex:1 1 160px;height:10px;accent-color:var(--mark)}
button,select{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:10px;padding:8px 14px;
min-height:44px;max-width:100%;cursor:pointer;overflow-wrap:anywhere}
button:disabled{opacity:.45;cursor:default}
button:hover:enabled{border-color:var(--mark)}
:focus-visible{outline:3px solid var(--mark);outline-offset:2px}
kbd{font:600 .8em ui-monospace,monospace;border:1px solid var(--line);border-radius:4px;padding:0 5px;margin-left:6px;color:var(--soft)}
#card{display:grid;grid-template-columns:minmax(0,3fr) minmax(280px,2fr);gap:18px;background:var(--card);border:1px solid var(--line);
border-radius:12px;padding:14px;margin:0 0 18px}
#pictures{display:flex;gap:10px;min-width:0}
figure{flex:1;margin:0;min-width:0}
figure img{display:block;width:100%;height:min(62vh,560px);object-fit:contain;background:var(--ground);border-radius:8px}
figure.asked img{outline:3px solid var(--mark);outline-offset:-3px}
#pictures figure:only-child img{outline:0}
figcaption{font-size:.88rem;color:var(--soft);overflow-wrap:anywhere;padding:4px 2px}
figcaption b{color:var(--ink)}
#told p,#facts p{margin:.1em 0}
#chance{font-size:1.9rem;font-weight:650;line-height:1.1;margin:.2em 0 0;color:var(--ink)}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:.6em 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;font-weight:600}
#decided{min-height:1.5em;font-weight:600;color:var(--ink)}
.keep{color:var(--good)!important}.remove{color:var(--bad)!important}.relabel{color:var(--mark)!important}
#list{list-style:none;margin:0;padding:0;display:grid;gap:8px;grid-template-columns:repeat(auto-fill,minmax(92px,1fr))}
#list li{content-visibility:auto;contain-intrinsic-size:96px 120px}
#list button{padding:3px;width:100%;display:block;font-size:.78rem;text-align:center}
#list button[aria-current]{border-color:var(--mark);box-shadow:0 0 0 2px var(--mark)}
#list img{display:block;width:100%;height:72px;object-fit:cover;border-radius:6px;background:var(--ground)}
.seen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media(max-width:760px){main{padding:12px 10px 24px}#card{grid-template-columns:minmax(0,1fr);padding:10px;gap:10px}
figure img{height:min(40vh,360px)}kbd{display:none}h1{font-size:1.15rem}
#choices{position:sticky;bottom:0;background:var(--card);padding:8px 0;margin:0}#choices button{flex:1 1 28%;padding:8px 6px}}
)";

}  // namespace photos
