// photos clean by eye: what a person decides on the page of findings, and what becomes of it.
#define BOOST_TEST_MODULE clean_page
#include <boost/test/unit_test.hpp>
#include <map>

#include "runtime/data/image.hpp"
#include "runtime/data/synthetic.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/program.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

namespace {

/// Drawn characters in a folder a class, with a name that is hard to write: one of ada's lies in ben's folder, too, one
/// twice in her own, and one of cleo's in the folder to test on.
struct Photographs {
    TemporaryFolder folder;
    explicit Photographs(int each = 3) {
        const tn::Pictures drawn = tn::generate_characters(each, {1, 64, 48}, 5);
        for (int i = 0; i < drawn.size(); ++i) {
            const auto bytes = drawn.picture(i);
            const std::string path = at(fmt::format("set/{}/{}.png", drawn.classes[drawn.labels[i]], i % each));
            fs::create_directories(fs::path(path).parent_path());
            tn::write_png(path, {drawn.shape, {bytes.begin(), bytes.end()}});
        }
        fs::copy_file(at("set/ada/1.png"), at("set/ada/a \"copy\",\n<b>.png"));
        fs::copy_file(at("set/ada/2.png"), at("set/ben/of ada.png"));
        fs::create_directories(at("test/cleo"));
        fs::copy_file(at("set/cleo/0.png"), at("test/cleo/again.png"));
    }
    std::string at(const std::string& name) const { return (folder / name).string(); }
    std::map<std::string, std::string> tree() const {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(at("set")))
            if (entry.is_regular_file()) all[entry.path().lexically_relative(at("set"))] = content(entry.path());
        return all;
    }
    std::string page(std::vector<std::string> more = {"--folds", "0"}) const {
        more.insert(more.begin(), {"clean", at("set"), "--test", at("test"), "--out", at("out"), "--threads", "2"});
        const Run r = run("photos", more);
        BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
        BOOST_TEST(contains(r.out, "findings.html to look at them in a browser and decide"));
        return content(at("out/findings.html"));
    }
    /// A file of decisions with these lines.
    std::string decisions(const std::string& lines,
                          const std::string& header = "file,class,decision,new_class\n") const {
        return folder.write("decisions.csv", header + lines).string();
    }
    Run apply(const std::string& file) const {
        return run("photos", {"clean", at("set"), "--apply", file, "--move", at("away")});
    }
};

bool has_browser() {
    if (browser().empty()) BOOST_TEST_MESSAGE("skipped: no Chromium is installed");
    return !browser().empty();
}

/// What a person sees and does, as a script.
const std::string hand = R"(const q=s=>[...document.querySelectorAll(s)],id=i=>document.getElementById(i),
key=(k,more={})=>document.activeElement.dispatchEvent(new KeyboardEvent('keydown',{key:k,bubbles:true,cancelable:true,...more})),
what=()=>id('what').textContent,said=()=>id('told').textContent;let blob=null,name=null;
URL.createObjectURL=b=>{blob=b;return '#'};HTMLAnchorElement.prototype.click=function(){name=this.download};)";

std::string asked_by_hand(const std::string& script) { return "(async()=>{" + hand + script + "})()"; }

}  // namespace

BOOST_FIXTURE_TEST_CASE(decisions_by_keyboard_are_done_and_undone, Photographs) {
    const std::string html = page();
    BOOST_TEST(!contains(html, "<b>.png"));  // names are text
    if (!has_browser()) return;
    const auto seen = awaited(html, asked_by_hand(R"(
        const begin=[what(),id('count').textContent,q('figure img').every(i=>i.naturalWidth>0),q('#list li').length];
        key('r');const relabelled=[what(),said(),id('count').textContent];
        key('x');key('u');const undone=[what(),said(),id('count').textContent];
        key('x');key('k');const end=said();
        key('s');
        return {begin,relabelled,undone,end,name,text:await blob.text()})"),
                              1100, 800, false);
    BOOST_REQUIRE_MESSAGE(seen.is_object(), seen.dump());
    BOOST_TEST(seen["begin"].dump() == R"(["1 of 3: One photograph in two classes","0 of 3 decided",true,3])");
    BOOST_TEST(contains(seen["relabelled"][1].get<std::string>(), "Relabelled to ada. 2 of 3: A copy. Labelled ada."));
    BOOST_TEST(seen["relabelled"][2] == "1 of 3 decided");
    BOOST_TEST(contains(seen["undone"][1].get<std::string>(), "Undone. 2 of 3: A copy"));
    BOOST_TEST(seen["undone"][2] == "1 of 3 decided");
    BOOST_TEST(contains(seen["end"].get<std::string>(), "Kept. All are decided: save them"));
    BOOST_TEST(seen["name"] == "decisions.csv");

    const auto before = tree();
    const Run r = apply(folder.write("decisions.csv", seen["text"].get<std::string>()).string());
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "1 photographs are kept, 1 were relabelled, 1 were moved to " + at("away")));
    const auto after = tree();
    BOOST_TEST(after.size() == before.size() - 1);
    BOOST_TEST(after.at("ada/of ada.png") == before.at("ben/of ada.png"));
    BOOST_TEST(after.count("ben/of ada.png") == 0u);
    BOOST_TEST(after.count("ada/a \"copy\",\n<b>.png") == 0u);
    BOOST_TEST(content(at("away/ada/a \"copy\",\n<b>.png")) == before.at("ada/1.png"));
    BOOST_TEST(contains(run("photos", {"clean", "--undo", at("away")}).out, "2 files were put back\n"));
    BOOST_TEST((tree() == before));
    BOOST_TEST(!fs::exists(at("away")));
}

BOOST_FIXTURE_TEST_CASE(buttons_other_classes_and_the_other_photograph, Photographs) {
    if (!has_browser()) return;
    const auto seen = awaited(page(), asked_by_hand(R"(
        key('o');const other=[id('facts').textContent,said()];
        key('c');const focused=document.activeElement.id;
        id('class').value=2;key('x');key('Enter');const cleo=said();
        id('previous').click();const back=[what(),id('decided').textContent];
        id('undo').click();id('swap').click();id('keep').click();
        q('#list button')[2].click();const leak=[what(),id('swap').hidden,id('relabel').hidden,document.activeElement.id];
        key('k',{ctrlKey:true});const ignored=id('decided').textContent;
        id('remove').click();id('save').click();
        return {other,focused,cleo,back,leak,ignored,text:await blob.text()})"),
                              1100, 800, false);
    BOOST_REQUIRE_MESSAGE(seen.is_object(), seen.dump());
    BOOST_TEST(contains(seen["other"][1].get<std::string>(), "The other photograph. 1 of 3"));
    BOOST_TEST(contains(seen["other"][1].get<std::string>(), "Labelled ada."));
    BOOST_TEST(seen["focused"] == "class");
    BOOST_TEST(contains(seen["cleo"].get<std::string>(), "Relabelled to cleo. 2 of 3"));
    BOOST_TEST(seen["back"][1] == "Relabelled to cleo");
    BOOST_TEST(seen["leak"].dump() == R"(["3 of 3: In the folder to test on, too",true,true,"what"])");
    BOOST_TEST(seen["ignored"] == "");
    BOOST_TEST(seen["text"] == "file,class,decision,new_class\n\"" + at("set/ben/of ada.png") + "\",\"ben\",keep,\n\"" +
                                   at("set/cleo/0.png") + "\",\"cleo\",remove,\n");
}

BOOST_FIXTURE_TEST_CASE(in_the_dark_on_a_phone_and_for_a_screen_reader, Photographs) {
    if (!has_browser()) return;
    const std::string html = page(), question = asked_by_hand(R"(
        const style=e=>getComputedStyle(e),light=c=>c.match(/\d+/g).slice(0,3).reduce((a,v)=>a+Number(v),0)/765;
        let sent=0;try{await fetch('https://example.org/')}catch{sent=1}
        const names=q('button').map(b=>b.getAttribute('aria-label')||b.textContent);
        return {ink:light(style(document.body).color),ground:light(style(document.body).backgroundColor),
          wide:document.documentElement.scrollWidth,window:innerWidth,blocked:sent,
          small:q('#card button,#card select').filter(b=>b.offsetParent&&b.offsetHeight<40).length,
          alt:q('img').every(i=>i.hasAttribute('alt')),named:names.every(n=>n.trim().length>0),role:id('told').getAttribute('role'),
          label:id('class').labels[0].textContent,current:q('[aria-current]').length,
          sticky:style(id('choices')).position,lang:document.documentElement.lang})");
    for (const auto& [width, dark] : {std::pair{1100, false}, {1100, true}, {500, false}, {500, true}}) {
        const auto seen = awaited(html, question, width, 800, dark);
        BOOST_REQUIRE_MESSAGE(seen.is_object(), seen.dump());
        BOOST_TEST(std::abs(seen["ink"].get<double>() - seen["ground"].get<double>()) > 0.6);
        BOOST_TEST((seen["ground"].get<double>() < 0.5) == dark);
        BOOST_TEST(seen["wide"].get<int>() <= seen["window"].get<int>());
        BOOST_TEST(seen["small"] == 0);
        BOOST_TEST(seen["blocked"] == 1);
        for (const char* fact : {"alt", "named"}) BOOST_TEST(seen[fact].get<bool>(), fact);
        BOOST_TEST(seen["role"] == "status");
        BOOST_TEST(seen["label"] == "Another class");
        BOOST_TEST(seen["current"] == 1);
        BOOST_TEST((seen["sticky"] == "sticky") == (width < 760));
        BOOST_TEST(seen["lang"] == "en");
    }
}

BOOST_AUTO_TEST_CASE(doubted_labels_come_first_with_their_chance) {
    const Photographs p(20);
    for (const char* name : {"3.png", "11.png"})
        fs::rename(p.at("set/ada/" + std::string(name)), p.at("set/ben/was ada " + std::string(name)));
    const std::string html = p.page({"--folds", "4", "--epochs", "100", "--augmentation", "light"});
    const std::string csv = content(p.at("out/findings.csv"));
    BOOST_TEST(contains(csv, "label,\"" + p.at("set/ben/was ada 3.png") + "\",\"ben\",\"ada\","), csv);
    // The chances fall, and only those of 90 % or more are marked to be moved.
    double before = 1;
    int labels = 0;
    for (std::size_t at = csv.find("\nlabel,"); at != csv.npos; at = csv.find("\nlabel,", at + 1), ++labels) {
        const std::string line = csv.substr(at + 1, csv.find('\n', at + 1) - at - 1);
        std::string fields = line.substr(line.find("\",0.") + 2);
        const double chance = std::stod(fields.substr(fields.find(',', fields.find(',') + 1) + 1));
        BOOST_TEST(chance <= before);
        if (!contains(line, "copy"))
            BOOST_TEST((chance >= 0.9) == line.ends_with(",yes"), line);  // copies are moved, too
        before = chance;
    }
    BOOST_TEST(labels >= 2);
    if (!has_browser()) return;
    const auto seen =
        awaited(html, asked_by_hand(R"(const chance=id('chance').textContent,facts=id('facts').textContent;
        return {what:what(),said:said(),chance,facts,to:id('to').textContent})"),
                1100, 800, false);
    BOOST_REQUIRE_MESSAGE(seen.is_object(), seen.dump());
    BOOST_TEST(contains(seen["what"].get<std::string>(), "The label looks wrong"));
    BOOST_TEST(contains(seen["said"].get<std::string>(), "Chance of being wrong " + seen["chance"].get<std::string>()));
    BOOST_TEST(contains(seen["facts"].get<std::string>(), "the model says" + seen["to"].get<std::string>()));
}

BOOST_FIXTURE_TEST_CASE(a_name_that_is_taken_gets_another_and_folders_are_found, Photographs) {
    const auto before = tree();
    const std::string file = decisions("\"" + at("set/ada/0.png") + "\",\"ada\",relabel,\"cleo\"\r\n\"" +
                                           at("set/ben/0.png") + "\",\"ben\",relabel,\"cleo\"\r\n",
                                       "\xef\xbb\xbf"
                                       "file,class,decision,new_class\r\n");
    // Without the folder, which the file itself tells; removed would be put into the folder of --out.
    const Run r = run("photos", {"clean", "--apply", file, "--out", at("out")});
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
    const auto after = tree();
    BOOST_TEST(after.at("cleo/0 (of ada).png") == before.at("ada/0.png"));
    BOOST_TEST(after.at("cleo/0 (of ben).png") == before.at("ben/0.png"));
    BOOST_TEST(after.at("cleo/0.png") == before.at("cleo/0.png"));
    BOOST_TEST(contains(
        run("photos",
            {"clean", "--apply", decisions("\"" + at("set/ada/1.png") + "\",\"ada\",remove,\n"), "--out", at("out")})
            .err,
        "already holds moved files; put them back with --undo or name another folder"));
    BOOST_TEST(run("photos", {"clean", "--undo", at("out/removed")}).status == 0);
    BOOST_TEST((tree() == before));
}

BOOST_FIXTURE_TEST_CASE(a_bad_file_of_decisions_is_refused_before_anything_is_moved, Photographs) {
    const auto before = tree();
    const std::string good = "\"" + at("set/ada/0.png") + "\",\"ada\",remove,\n",
                      one = "\"" + at("set/ada/1.png") + "\",";
    const auto say = [&](const std::string& lines) {
        return complaint("photos", {"clean", at("set"), "--apply", decisions(lines), "--move", at("away")});
    };
    const std::string where = at("decisions.csv") + ":";
    for (const auto& [line, reason] : std::map<std::string, std::string>{
             {one + "\"ada\",burn,\n", "the decision must be keep, relabel or remove, not 'burn'"},
             {one + "\"ada\",remove\n", "must have 4 fields"},
             {"\n", "must have 4 fields"},
             {one + "\"ben\",remove,\n", "is not of the class 'ben'"},
             {one + "\"ada\",relabel,\n", "there is no class ''"},
             {one + "\"ada\",relabel,dora\n", "there is no class 'dora'"},
             {one + "\"ada\",relabel,../test\n", "there is no class '../test'"},
             {one + "\"ada\",relabel,ada\n", "is of the class 'ada' already"},
             {one + "\"ada\",keep,ben\n", "a new class is of what is relabelled, not of 'keep'"},
             {good, "0.png: is named a second time"},
             {"\"" + at("set/ada/9.png") + "\",ada,remove,\n", "9.png: is not there any more"},
             {"\"" + at("set/ada") + "\",ada,remove,\n", "ada: is not there any more"},
             {"set/ada/1.png,ada,remove,\n", "'set/ada/1.png' must be an absolute path"},
             {"\"" + at("test/cleo/again.png") + "\",cleo,remove,\n", "again.png: must lie in a class's folder in "},
             {one + "\"ada\\q\",remove,\n", ""},
             {one + "\"ada,remove,\n", "a quotation mark is not closed"}}) {
        const std::string said = say(good + line);
        BOOST_TEST(contains(said, where + "3: "), said);
        BOOST_TEST(contains(said, reason), said);
        BOOST_TEST((tree() == before));
        BOOST_TEST(!fs::exists(at("away")));
    }
    BOOST_TEST(contains(complaint("photos", {"clean", "--apply", decisions(good, "kind,file\n")}),
                        where + "1: the first line must be file,class,decision,new_class"));
    BOOST_TEST(contains(complaint("photos", {"clean", "--apply", at("nothing.csv")}), "nothing.csv"));
    BOOST_TEST(contains(complaint("photos", {"clean", "--apply", decisions(good), "--move", at("set/ada/away")}),
                        "away: must not lie within "));
    BOOST_TEST((tree() == before));
    const Run r = apply(decisions("\"" + at("set/ada/1.png") + "\",ada,keep,\n"));
    BOOST_TEST(r.out == "1 photographs are kept, and there is nothing to move.\n");
    BOOST_TEST(!fs::exists(at("away")));
}

BOOST_FIXTURE_TEST_CASE(what_was_done_before_the_program_was_killed_is_undone, Photographs) {
    std::string lines;
    for (int i = 0; i < 400; ++i) {
        fs::copy_file(at("set/cleo/0.png"), at(fmt::format("set/cleo/copy {}.png", i)));
        lines += fmt::format("\"{}\",cleo,{}\n", at(fmt::format("set/cleo/copy {}.png", i)),
                             i % 2 ? "remove," : "relabel,ada");
    }
    const std::string file = decisions(lines);
    const auto before = tree();
    bool killed = false;
    for (int attempt = 0; attempt < 20 && !killed; ++attempt) {
        killed =
            run_until(folder / "away/moved.tsv", "photos", {"clean", at("set"), "--apply", file, "--move", at("away")});
        BOOST_TEST_MESSAGE(before.size() - tree().size() << " of 200 were removed before it was killed");
        const Run r = run("photos", {"clean", "--undo", at("away")});
        BOOST_TEST(r.status == 0, r.err);
        BOOST_TEST((tree() == before));
        BOOST_TEST(!fs::exists(at("away")));
    }
}
