// How the report looks: two sets of colours and a layout that narrows.
#pragma once

namespace tn {

inline constexpr const char* report_style = R"(
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#1f242b;--soft:#5b626c;--line:#dfe3e9;--bad-ink:#b3261e;
--good:0 114 178;--bad:213 94 0}
@media(prefers-color-scheme:dark){:root{--ground:#14171c;--card:#1d2128;--ink:#e8ebf0;--soft:#a8b0bb;--line:#343a44;
--bad-ink:#ff8a80;--good:38 128 190;--bad:214 104 20}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.7rem;margin:.2em 0 .6em;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0 0 .7em}
p{margin:.2em 0 .8em;color:var(--soft)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px;margin:0 0 18px;min-width:0}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(165px,1fr));gap:12px;margin:0 0 18px}
.facts div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:12px 14px;min-width:0}
.facts dt{color:var(--soft);font-size:.85rem}
.facts dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:8px}
.tn-chart{width:100%;height:auto;display:block}
.tn-map{width:100%;min-width:760px;height:auto;display:block}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:12px}
.pairs{grid-template-columns:repeat(auto-fill,minmax(212px,1fr))}.pairs img{display:inline-block;vertical-align:top;width:50%}
figure{margin:0;border:2px solid var(--line);border-radius:8px;overflow:hidden;min-width:0}
figure.wrong{border-color:var(--bad-ink)}
figure img{width:100%;display:block;background:var(--line)}
figcaption{padding:5px 7px;font-size:.82rem;line-height:1.35;overflow-wrap:anywhere}
figcaption span,.wrong b{color:var(--bad-ink);display:block}
figcaption small{color:var(--soft);display:block}
.scroll{overflow:auto;max-height:80vh}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:4px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--soft);font-weight:600}
th:first-child,td:first-child,td.left,th.left{text-align:left}
.share{background:linear-gradient(90deg,rgb(var(--good)/.28) calc(var(--s)*100%),transparent 0)}
.confusion td{min-width:2.3em;padding:4px;text-align:center;border:1px solid var(--line)}
.dense{font-size:.72rem}.dense tbody td{min-width:1.7em;padding:1px}.dense tbody th{padding:1px 6px}
.confusion thead th{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;padding:6px 4px;border:0}
.confusion th{max-width:16em;overflow:hidden;text-overflow:ellipsis}.confusion thead th{max-width:none;max-height:16em}
.confusion tbody th{position:sticky;left:0;background:var(--card);text-align:right}
.confusion .right{background:rgb(var(--good)/var(--s))}.confusion .error{background:rgb(var(--bad)/var(--s))}
.confusion .strong{color:#fff}
img.wide{max-width:100%;height:auto;display:block}
table+h2,.scroll+h2{margin-top:1em}
@media(max-width:600px){main{padding:12px 10px 40px}section{padding:12px}
.grid{grid-template-columns:repeat(auto-fill,minmax(92px,1fr));gap:8px}
.pairs{grid-template-columns:repeat(auto-fill,minmax(150px,1fr))}
.facts{grid-template-columns:1fr 1fr;gap:8px}main .tn-chart text{font-size:18px}main .tn-chart .tn-title{font-size:21px}}
ul{margin:.2em 0;padding-left:1.2em}li{overflow-wrap:anywhere}
)";

}  // namespace tn
