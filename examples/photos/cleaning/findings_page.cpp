#include "examples/photos/cleaning/findings_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "examples/photos/cleaning/findings_page_script.hpp"
#include "examples/photos/cleaning/findings_page_style.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/fnv.hpp"
#include "runtime/data/image.hpp"
#include "runtime/report/html.hpp"

namespace photos {

using namespace tn;

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int jpeg_quality = 82;

constexpr const char* body = R"(<main>
<h1>What looks wrong in {0}</h1>
<p>{1} Decide by the buttons or the keys and save: <code>decisions.csv</code> is written, and
<code>photos clean --apply decisions.csv</code> does it. Nothing leaves this computer, and nothing is moved before.</p>
<div class="row"><progress id="progress" value="0" aria-label="decided"></progress><span id="count"></span>
<button id="save" type="button" aria-keyshortcuts="s">Save the decisions<kbd>S</kbd></button></div>
<section id="card" aria-labelledby="what">
<div id="pictures"></div>
<div><h2 id="what" tabindex="-1"></h2>
<div id="chance-is"><p id="chance"></p><p>chance that the label is wrong</p></div>
<p id="why"></p><dl id="facts"></dl><p id="decided"></p>
<div id="choices" class="row">
<button id="keep" type="button" class="keep" aria-keyshortcuts="k">Keep<kbd>K</kbd></button>
<button id="relabel" type="button" class="relabel" aria-keyshortcuts="r">Relabel to <span id="to"></span><kbd>R</kbd></button>
<button id="remove" type="button" class="remove" aria-keyshortcuts="x">Remove<kbd>X</kbd></button></div>
<form id="other" class="row"><label for="class">Another class</label><select id="class" aria-keyshortcuts="c"></select>
<button>Relabel to it<kbd>C, Enter</kbd></button></form>
<div class="row"><button id="previous" type="button" aria-keyshortcuts="ArrowLeft">Previous<kbd>←</kbd></button>
<button id="next" type="button" aria-keyshortcuts="ArrowRight">Next<kbd>→</kbd></button>
<button id="undo" type="button" aria-keyshortcuts="u Control+Z">Undo<kbd>U</kbd></button>
<button id="swap" type="button" aria-keyshortcuts="o">Ask about the other one<kbd>O</kbd></button></div></div>
</section>
<h2>All of them</h2>
<ol id="list"></ol>
<p id="told" class="seen" role="status" aria-live="polite"></p>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>
)";

/// One number for the findings, under which the browser keeps what was decided about them.
std::string id_of(const json& findings) {
    Fnv fnv;
    for (const char c : findings.dump()) fnv.add(static_cast<unsigned char>(c));
    return fmt::format("{:016x}", fnv.hash);
}

/// The photograph as a JPEG whose longer side has at most page_picture_side pixels.
std::string small_picture(const std::string& file, Ground ground) {
    const Picture whole = read_picture(file, 3, ground);
    const double scale =
        std::min(1.0, static_cast<double>(page_picture_side) / std::max(whole.shape.height, whole.shape.width));
    const auto side = [&](int length) { return std::max(1, static_cast<int>(length * scale + 0.5)); };
    const Picture small = resize(whole, {3, side(whole.shape.height), side(whole.shape.width)});
    return "data:image/jpeg;base64," + base64(encode_jpeg(small, jpeg_quality));
}

/// The page's object, filled finding by finding.
class Found {
public:
    Found(const Pictures& pictures, const Pictures& test) : pictures_(pictures), test_(test) {}

    void add_label(const LabelError& e) {
        add({{"kind", "label"},
             {"files", {file(pictures_, e.sample)}},
             {"suggested", e.suggested},
             {"said", {e.given_probability, e.suggested_probability}},
             {"chance", e.chance}});
    }
    void add_pair(const char* kind, const Likeness& l, json asked, json other) {
        add({{"kind", kind},
             {"files", {std::move(asked), std::move(other)}},
             {"other", true},
             {"similarity", l.similarity},
             {"mirrored", l.mirrored}});
    }
    void add_copy(const Likeness& l) {
        add_pair(in_two_classes(l, pictures_) ? "two classes" : "duplicate", l, file(pictures_, l.second),
                 file(pictures_, l.first));
    }
    void add_leak(const Likeness& l) { add_pair("leak", l, file(pictures_, l.first), file(test_, l.second)); }

    json whole(Ground ground, ThreadPool& threads) {
        std::vector<std::string> shown(files_.size());
        threads.run(static_cast<int>(files_.size()), [&](int i) { shown[i] = small_picture(files_[i], ground); });
        json classes = json::array();
        for (const std::string& name : pictures_.classes) classes.push_back(escape_text(name));
        return {{"classes", classes}, {"findings", findings_}, {"pictures", shown}, {"id", id_of(findings_)}};
    }

private:
    void add(json finding) {
        if (std::ssize(findings_) < findings_on_page) findings_.push_back(std::move(finding));
    }
    json file(const Pictures& set, int i) {
        const auto [entry, is_new] = known_.try_emplace(set.files[i], static_cast<int>(files_.size()));
        if (is_new) files_.push_back(set.files[i]);
        const fs::path path = set.files[i];
        return {{"file", escape_text((fs::canonical(path.parent_path()) / path.filename()).string())},
                {"name", escape_text(path.filename().string())},
                {"label", set.labels[i]},
                {"class", escape_text(set.classes[set.labels[i]])},
                {"picture", entry->second}};
    }

    const Pictures &pictures_, &test_;
    json findings_ = json::array();
    std::vector<std::string> files_;
    std::map<std::string, int> known_;
};

}  // namespace

std::string findings_page(const Findings& findings, const Pictures& pictures, const Pictures& test,
                          const std::string& folder, Ground ground, ThreadPool& threads) {
    Found found(pictures, test);
    for (const LabelError& e : findings.labels) found.add_label(e);
    for (const bool two : {true, false})
        for (const Likeness& l : findings.copies)
            if (in_two_classes(l, pictures) == two) found.add_copy(l);
    for (const Likeness& l : findings.leaks) found.add_leak(l);
    const std::size_t all = count(findings), shown = std::min<std::size_t>(all, findings_on_page);
    const std::string words = shown == all ? fmt::format("{} findings.", all)
                                           : fmt::format("The {} most suspicious of {} findings.", shown, all);
    std::string html =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        // Nothing is loaded and nothing sent: the browser itself sees to it.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n<title>Findings</title>\n"
        "<style>";
    html += findings_page_style;
    html += "</style></head>\n<body>\n";
    html += fmt::format(fmt::runtime(body), html_text(folder), words);
    html += "<script>\nconst found = " + script_value(found.whole(ground, threads).dump()) + ";";
    html += findings_page_script;
    return html + "</script>\n</body></html>\n";
}

}  // namespace photos
