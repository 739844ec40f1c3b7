// photos export --page: what a browser makes of photographs, against photos predict.
#define BOOST_TEST_MODULE photos_page
#include <stb/stb_image_write.h>

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "runtime/core/run_program.hpp"
#include "runtime/data/image.hpp"
#include "runtime/report/html.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/program.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// Soft colours, so that nothing is saturated, and other ones for every seed.
tn::Picture picture(int height, int width, int seed) {
    tn::Picture p{{3, height, width}, {}};
    for (int c = 0; c < 3; ++c)
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                p.pixels.push_back(
                    static_cast<std::uint8_t>(128 + 60 * std::sin((0.3 + 0.1 * seed) * c + (7.0 + seed) * y / height) *
                                                        std::cos(5.0 * (c + seed) * x / width)));
    return p;
}

/// A JPEG with this EXIF orientation.
Bytes jpeg(const tn::Picture& p, int orientation) {
    const int plane = p.shape.height * p.shape.width;
    Bytes rows, file;
    for (int i = 0; i < plane; ++i)
        for (int c = 0; c < 3; ++c) rows.push_back(p.pixels[c * plane + i]);
    stbi_write_jpg_to_func(
        [](void* context, void* data, int size) {
            const auto* bytes = static_cast<const std::uint8_t*>(data);
            static_cast<Bytes*>(context)->insert(static_cast<Bytes*>(context)->end(), bytes, bytes + size);
        },
        &file, p.shape.width, p.shape.height, 3, rows.data(), 90);
    const Bytes exif{0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
                     'M',  'M',  0, 42, 0,   0,   0,   8,   0, 1,
                     1,    0x12, 0, 3,  0,   0,   0,   1,   0, static_cast<std::uint8_t>(orientation),
                     0,    0,    0, 0,  0,   0};
    file.insert(file.begin() + 2, exif.begin(), exif.end());
    return file;
}

/// A model that was trained for a few steps on two classes, its page, and photographs of all kinds.
struct Page {
    TemporaryFolder folder;
    std::vector<std::string> names;

    std::string at(const std::string& name) const { return (folder / name).string(); }
    std::string model() const { return at("run/model.safetensors"); }

    explicit Page(const std::vector<std::string>& network, const char* iterations = "4") {
        for (int i = 0; i < 12; ++i) {
            const std::string path =
                at(std::string("set/") + (i % 2 ? "wavy <b>" : "zo\xc3\xab") + "/" + std::to_string(i) + ".png");
            fs::create_directories(fs::path(path).parent_path());
            tn::write_png(path, picture(60, 50, i % 2 ? 3 : i / 4));
        }
        std::vector<std::string> words{"train", at("set"), "--out", at("run"), "--batch", "4", "--threads", "2"};
        words.insert(words.end(), network.begin(), network.end());
        words.insert(words.end(), {"--iterations", iterations});
        const Run training = run("photos", words);
        BOOST_REQUIRE_MESSAGE(training.status == 0, training.err);
        for (int i = 1; i <= 8; ++i) add("turned_" + std::to_string(i) + ".jpg", jpeg(picture(300, 210, i), i));
        add("enlarged.png", tn::encode_png(picture(41, 33, 5)));
        add("wide.png", tn::encode_png(picture(90, 700, 2)));
        add("large.jpg", jpeg(picture(1500, 2100, 7), 6));
    }
    void add(const std::string& name, const Bytes& bytes) {
        folder.write(name, std::string(bytes.begin(), bytes.end()));
        names.push_back(name);
    }
    std::string exported(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{"export", "--model", model(), "--page", at("tells them.html")};
        words.insert(words.end(), more.begin(), more.end());
        const Run r = run("photos", words);
        BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
        BOOST_TEST(r.out.find(": a page that classifies photographs") != r.out.npos);
        return content(at("tells them.html"));
    }
    /// As a File of JavaScript.
    std::string file(const std::string& name) const {
        const std::string bytes = content(at(name));
        return "new File([bytesOf('" + tn::base64({bytes.begin(), bytes.end()}) + "')],'" + name + "')";
    }
};

bool can_be_made() {
    const bool tools =
        !tn::program_of({"clang++", "clang++-14"}).empty() && !tn::program_of({"wasm-ld", "wasm-ld-14"}).empty();
    if (!tools) BOOST_TEST_MESSAGE("skipped: clang++ and wasm-ld are not installed");
    if (tools && browser().empty()) BOOST_TEST_MESSAGE("skipped: no Chromium is installed");
    return tools && !browser().empty();
}

/// Every photograph in the browser: the class of photos predict, and its probability within `tolerance`.
void compare(const Page& page, const std::string& html, double tolerance) {
    std::string files;
    for (const std::string& name : page.names) files += page.file(name) + ",";
    const auto seen =
        awaited(html,
                "(async()=>{const all=[];for(const f of[" + files +
                    "]){const r=await classify(f);all.push({p:r.classes.map(c=>c[1]),ms:r.ms})}return all})()",
                800, 600, false);
    BOOST_REQUIRE_MESSAGE(seen.is_array(), seen.dump());
    std::vector<std::string> words{"predict", "--model", page.model()};
    for (const std::string& name : page.names) words.push_back(page.at(name));
    const std::vector<std::string> lines = run("photos", words).lines();
    BOOST_REQUIRE(lines.size() == page.names.size());
    double ms = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto p = seen[i]["p"].get<std::vector<double>>();
        const double wanted = std::stod(lines[i].substr(lines[i].rfind('\t')));
        const bool first = lines[i].find("\twavy") != std::string::npos;
        BOOST_TEST((p[first ? 0 : 1] > p[first ? 1 : 0]), lines[i]);
        BOOST_TEST(std::abs(p[first ? 0 : 1] - wanted) < tolerance, lines[i] << " in the browser " << p[first ? 0 : 1]);
        ms += seen[i]["ms"].get<double>() / static_cast<double>(lines.size());
    }
    BOOST_TEST_MESSAGE("the network takes " << ms << " ms a photograph in the browser");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_page_answers_as_predict_does_in_grey_and_in_colour) {
    if (!can_be_made()) return;
    const Page grey({"--network", "grey-128"});
    compare(grey, grey.exported(), 1e-3);
    compare(grey, grey.exported({"--weights-as", "fp16"}), 5e-3);
    const Page colour({"--network", "colour-128"});
    compare(colour, colour.exported(), 1e-3);
}

BOOST_AUTO_TEST_CASE(a_page_in_int8_answers_as_the_header_does_at_a_quarter_of_the_size) {
    if (!can_be_made()) return;
    const Page page({"--network", "grey-128"});
    const std::string whole = page.exported();
    const std::string html = page.exported(
        {"--weights-as", "int8", "--calibrate", page.at("set"), "--header", page.at("bytes.hpp"), "--block"});
    BOOST_TEST(static_cast<double>(html.size()) < 0.27 * static_cast<double>(whole.size()));
    page.folder.write("main.cpp", R"(#include "bytes.hpp"
#include <cstdio>
float x[network::inputs], work[network::workspace];
int main() {
    for (int n = 1; n <= samples; ++n) {
        float y[network::outputs];
        for (int i = 0; i < int(network::inputs); ++i) x[i] = float(i * n * 7919 % 1000 / 500.0 - 1);
        network::infer(x, y, work);
        for (const float p : y) std::printf("%.9g\n", p);
    }
})");
    const Run native = run_shell(fmt::format("{0} -std=c++17 -O2 -Dsamples=4 {1}/main.cpp -o {1}/main && {1}/main",
                                             TN_CXX, quoted(page.folder.path().string())));
    const auto seen = awaited(html,
                              "(async()=>{const e=await ready,size=network.shape.height*network.shape.width,all=[];"
                              "const x=new Float32Array(e.memory.buffer,e.input(),size);for(let n=1;n<=4;++n){"
                              "for(let i=0;i<size;++i)x[i]=i*n*7919%1000/500-1;e.run();all.push(...new Float32Array("
                              "e.memory.buffer,e.output(),network.classes.length))}return all})()",
                              800, 600, false);
    BOOST_REQUIRE_MESSAGE(seen.is_array(), seen.dump());
    const std::vector<std::string> wanted = native.lines();
    BOOST_REQUIRE_MESSAGE((wanted.size() == 8u && seen.size() == 8u), native.err);
    // Sums of whole numbers are the same everywhere; the exponentials of the softmax are not.
    for (std::size_t i = 0; i < wanted.size(); ++i)
        BOOST_TEST(std::abs(seen[i].get<double>() - std::stod(wanted[i])) < 1e-5);
}

BOOST_AUTO_TEST_CASE(a_page_answers_as_predict_does_where_the_middle_is_looked_at) {
    if (!can_be_made()) return;
    const Page page({"--network", "efficientnet-lite0"}, "1");
    compare(page, page.exported(), 1e-3);
}

BOOST_AUTO_TEST_CASE(cards_for_the_eye_the_keyboard_and_the_screen_reader) {
    if (!can_be_made()) return;
    Page page({"--network", "grey-128"});
    page.add("no photograph.jpg", {1, 2, 3});
    const std::string html = page.exported();
    BOOST_TEST(html.find("<title>tells them</title>") != html.npos);
    BOOST_TEST(html.find("wavy &lt;b&gt;, zo\xc3\xab") != html.npos);
    const std::string question =
        "(async()=>{await add([" + page.file("enlarged.png") + "," + page.file("turned_6.jpg") + "," +
        page.file("no photograph.jpg") +
        "]);const q=s=>[...document.querySelectorAll(s)];let sent=0;try{await "
        "fetch('https://example.org/')}catch{sent=1}"
        "document.querySelector('#files').focus();"
        "return {cards:q('.card').length,wrong:q('.card.wrong p').map(e=>e.textContent),told:q('#told')[0].textContent,"
        "role:q('#told')[0].getAttribute('role'),shares:q('.card:first-child "
        ".share').map(e=>parseFloat(e.textContent)),"
        "bars:q('.card:first-child .bar div').map(e=>e.offsetWidth/e.parentNode.offsetWidth*100),"
        "image:q('.card canvas')[0].getAttribute('aria-label'),outline:getComputedStyle(q('#drop')[0]).outlineStyle,"
        "named:q('button,input:not([hidden])').every(e=>e.textContent||e.labels.length),sent,"
        "overflow:document.documentElement.scrollWidth-innerWidth,ground:getComputedStyle(document.body)."
        "backgroundColor,"
        "removed:(q('#clear')[0].click(),q('.card').length)}})()";
    const auto light = awaited(html, question, 1100, 900, false), dark = awaited(html, question, 390, 844, true);
    for (const auto& seen : {light, dark}) {
        BOOST_REQUIRE_MESSAGE(seen.is_object(), seen.dump());
        BOOST_TEST(seen["cards"] == 3);
        BOOST_TEST(seen["wrong"].dump() == "[\"this browser cannot read it as a photograph\"]");
        BOOST_TEST(seen["told"] == "no photograph.jpg cannot be read");
        BOOST_TEST(seen["role"] == "status");
        BOOST_TEST(seen["image"] == "enlarged.png");
        BOOST_TEST(seen["outline"] == "solid");
        BOOST_TEST(seen["named"] == true);
        BOOST_TEST(seen["sent"] == 1);
        BOOST_TEST(seen["overflow"] <= 0);
        BOOST_TEST(seen["removed"] == 0);
        const auto shares = seen["shares"].get<std::vector<double>>(), bars = seen["bars"].get<std::vector<double>>();
        BOOST_REQUIRE(shares.size() == 2u);
        BOOST_TEST(shares[0] >= shares[1]);
        BOOST_TEST(std::abs(shares[0] + shares[1] - 100) < 1.5);
        for (int i = 0; i < 2; ++i) BOOST_TEST(std::abs(shares[i] - bars[i]) < 2);
    }
    BOOST_TEST(light["ground"] != dark["ground"]);
}

BOOST_AUTO_TEST_CASE(without_a_compiler_it_says_so_and_writes_nothing) {
    Page page({"--network", "grey-128"});
    const Run r = run_shell("PATH=/nowhere " + command_of("photos", {"export", "--model", page.model(), "--page",
                                                                     page.at("p.html"), "--onnx", page.at("p.onnx")}));
    BOOST_TEST(r.status == 1);
    BOOST_TEST(
        r.err ==
        "error: a page is compiled by clang++ and wasm-ld, and clang++ is not there: the package clang has it\n");
    BOOST_TEST((!fs::exists(page.at("p.html")) && !fs::exists(page.at("p.onnx"))));
}
