#include "runtime/report/network_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "runtime/core/escape_text.hpp"
#include "runtime/data/fit_names.hpp"
#include "runtime/report/html.hpp"
#include "runtime/report/network_page_script.hpp"

namespace tn {

namespace {

constexpr const char* style = R"(
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#1f242b;--soft:#5b626c;--line:#c4cad3;--bar:#0072b2;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ground:#14171c;--card:#1d2128;--ink:#e8ebf0;--soft:#a8b0bb;--line:#454d59;--bar:#4aa3df;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1100px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.6rem;margin:.2em 0;overflow-wrap:anywhere}
p{color:var(--soft);margin:.3em 0 1em}
.row{display:flex;flex-wrap:wrap;gap:12px;margin:0 0 20px}
#drop{flex:1 1 260px;border:2px dashed var(--line);border-radius:12px;background:var(--card);padding:28px 16px;text-align:center;
cursor:pointer;position:relative}
#drop.over,#drop:hover{border-color:var(--bar)}
#drop strong{display:block}
#drop input{position:absolute;inset:0;opacity:0;width:100%;height:100%;cursor:pointer}
#drop:focus-within,button:focus-visible{outline:3px solid var(--bar);outline-offset:2px}
button{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:12px;padding:10px 18px;
min-height:44px;cursor:pointer}
#cards{list-style:none;margin:0;padding:0;display:grid;gap:16px;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr))}
#cards{align-items:start}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:12px;min-width:0}
.card.wrong{border-color:var(--bad)}.card.wrong p{color:var(--bad)}
.card canvas{display:block;width:100%;height:200px;object-fit:contain;background:var(--ground);border-radius:8px}
h2{font-size:1rem;margin:.6em 0 .4em;overflow-wrap:anywhere}
ol{list-style:none;margin:0;padding:0}
ol li{display:grid;grid-template-columns:1fr auto;gap:0 10px;margin:0 0 8px}
ol li:first-child{font-weight:600}
.label{overflow-wrap:anywhere}.share{font-variant-numeric:tabular-nums}
.bar{grid-column:1/-1;height:8px;border-radius:4px;background:var(--ground);overflow:hidden}
.bar div{height:100%;background:var(--bar);border-radius:4px}
.time{font-size:.85rem;margin:.4em 0 0}
dialog{border:1px solid var(--line);border-radius:12px;background:var(--card);color:var(--ink);max-width:min(96vw,720px)}
video{display:block;width:100%;border-radius:8px;background:#000}
.seen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
)";

constexpr const char* body = R"(<main>
<h1>{0}</h1>
<p>Tells {1} apart. Photographs are classified in this page and never leave this computer.</p>
<div class="row">
<label id="drop"><strong>Choose photographs</strong>or drop or paste them here
<input id="files" type="file" accept="image/*" multiple></label>
<button id="take" type="button">Use the camera</button>
<button id="clear" type="button" hidden>Remove all</button>
</div>
<input id="photo" type="file" accept="image/*" capture="environment" hidden>
<ul id="cards" aria-label="Photographs"></ul>
<p id="told" class="seen" role="status" aria-live="polite"></p>
<noscript><p>This page needs JavaScript.</p></noscript>
<dialog id="camera" aria-label="Camera"><video id="video" autoplay playsinline muted></video>
<div class="row"><button id="shutter" type="button">Take the photograph</button>
<button id="leave" type="button">Close</button></div></dialog>
</main>
)";

std::string list_of(const std::vector<std::string>& classes) {
    constexpr std::size_t most = 12;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < classes.size() && i < most; ++i) names.push_back(html_text(classes[i]));
    const std::string text = fmt::format("{}", fmt::join(names, ", "));
    return classes.size() > most ? fmt::format("{} and {} more classes", text, classes.size() - most) : text;
}

}  // namespace

std::string network_page(const NetworkPage& page, const WasmModule& wasm) {
    nlohmann::json network;
    for (const std::string& name : page.classes) network["classes"].push_back(escape_text(name));
    network["shape"] = {{"channels", page.shape.channels}, {"height", page.shape.height}, {"width", page.shape.width}};
    network["fit"] = to_text(page.fit);
    for (int c = 0; c < page.shape.channels; ++c) {
        const Normalise::Scaling scaling = page.normalise.scaling(c);
        network["scale"].push_back(scaling.scale);
        network["shift"].push_back(scaling.shift);
    }
    network["ground"] = page.ground.rgb;
    network["module"] = base64(wasm.module);
    network["weights"] = base64(wasm.weights);
    std::string html =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        // Nothing is loaded and nothing sent: the browser itself sees to it.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
        "'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src blob: data:; media-src "
        "blob: mediastream:; base-uri 'none'; form-action 'none'\">\n<title>" +
        html_text(page.title) + "</title>\n<style>";
    html += style;
    html += "</style></head>\n<body>\n";
    html += fmt::format(fmt::runtime(body), html_text(page.title), list_of(page.classes));
    html += "<script>\nconst network = " +
            script_value(network.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)) + ";";
    html += page_network_script;
    html += page_cards_script;
    return html + "</script>\n</body></html>\n";
}

}  // namespace tn
