#include "examples/photos/cleaning/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "runtime/core/escape_text.hpp"
#include "runtime/report/contact_sheet.hpp"

namespace photos {

using namespace tn;

namespace {

constexpr std::size_t shown = 72;
constexpr Color red{208, 32, 32};

const std::string& class_of(const Pictures& set, int i) { return set.classes[set.labels[i]]; }

/// A name as a field of a table.
std::string field(const std::string& name) {
    std::string text = "\"";
    for (const char c : escape_text(name)) text += c == '"' ? "\"\"" : std::string(1, c);
    return text + "\"";
}

std::string file_name(const Pictures& set, int i) {
    return escape_text(std::filesystem::path(set.files[i]).filename().string());
}

Picture picture_of(const Pictures& set, int i) {
    const auto bytes = set.picture(i);
    return {set.shape, {bytes.begin(), bytes.end()}};
}

std::string note(std::size_t count, const char* words) {
    return count == 0 ? "none" : count <= shown ? words : fmt::format("{}; the first {} of {}", words, shown, count);
}

/// Two sets, so that a pair within one is (set, set).
std::vector<SheetEntry> pairs(const std::vector<Likeness>& all, const Pictures& first, const Pictures& second) {
    std::vector<SheetEntry> entries;
    for (const Likeness& l : all) {
        if (entries.size() == shown) break;
        const bool same = class_of(first, l.first) == class_of(second, l.second);
        entries.push_back({{picture_of(first, l.first), picture_of(second, l.second)},
                           {fmt::format("{}/{}", escape_text(class_of(first, l.first)), file_name(first, l.first)),
                            fmt::format("{}/{}", escape_text(class_of(second, l.second)), file_name(second, l.second)),
                            fmt::format("alike {:.2f} %{}", 100 * l.similarity, l.mirrored ? ", mirrored" : "")},
                           same ? color::light : red});
    }
    return entries;
}

}  // namespace

bool in_two_classes(const Likeness& pair, const Pictures& pictures) {
    return pictures.labels[pair.first] != pictures.labels[pair.second];
}

std::vector<int> proposed(const Findings& findings, const Pictures& pictures, double above) {
    std::vector<bool> moves(pictures.labels.size());
    for (const LabelError& s : findings.labels) moves[s.sample] = s.chance >= above;
    for (const Likeness& l : findings.leaks) moves[l.first] = true;
    std::vector<Likeness> copies = findings.copies;
    std::sort(copies.begin(), copies.end(), [](const Likeness& a, const Likeness& b) { return a.second < b.second; });
    for (const Likeness& l : copies)
        if (!in_two_classes(l, pictures) && !moves[l.first]) moves[l.second] = true;
    std::vector<int> all;
    for (int i = 0; i < pictures.size(); ++i)
        if (moves[i]) all.push_back(i);
    return all;
}

Findings closest(const Findings& findings, const Pictures& pictures) {
    Findings some{findings.labels, {}, {}};
    std::set<std::pair<int, bool>> seen;
    for (const Likeness& l : findings.copies)
        if (seen.emplace(l.second, in_two_classes(l, pictures)).second) some.copies.push_back(l);
    std::set<int> leaked;
    for (const Likeness& l : findings.leaks)
        if (leaked.insert(l.first).second) some.leaks.push_back(l);
    return some;
}

std::string to_csv(const Findings& findings, const Pictures& pictures, const Pictures& test,
                   const std::vector<int>& to_move) {
    std::string text =
        "kind,file,class,suggested,class_probability,suggested_probability,chance,other_file,other_class,similarity,"
        "mirrored,"
        "move\n";
    const auto file = [](const Pictures& set, int i) { return field(set.files[i]); };
    const auto moves = [&](int i) { return std::binary_search(to_move.begin(), to_move.end(), i) ? "yes" : "no"; };
    for (const LabelError& s : findings.labels)
        text += fmt::format("label,{},{},{},{:.4f},{:.4f},{:.4f},,,,,{}\n", file(pictures, s.sample),
                            field(pictures.classes[s.given]), field(pictures.classes[s.suggested]), s.given_probability,
                            s.suggested_probability, s.chance, moves(s.sample));
    const auto pair = [&](const char* kind, int i, const Pictures& others, int other, const Likeness& l) {
        text += fmt::format("{},{},{},,,,,{},{},{:.5f},{},{}\n", kind, file(pictures, i), field(class_of(pictures, i)),
                            file(others, other), field(class_of(others, other)), l.similarity,
                            l.mirrored ? "yes" : "no", moves(i));
    };
    for (const Likeness& l : findings.copies)
        pair(in_two_classes(l, pictures) ? "two classes" : "duplicate", l.second, pictures, l.first, l);
    for (const Likeness& l : findings.leaks) pair("leak", l.first, test, l.second, l);
    return text;
}

Picture draw_findings(const Findings& findings, const Pictures& pictures, const Pictures& test) {
    std::vector<SheetEntry> labels;
    for (const LabelError& s : findings.labels) {
        if (labels.size() == shown) break;
        const auto name = [&](int c) { return escape_text(pictures.classes[c]); };
        labels.push_back(
            {{picture_of(pictures, s.sample)},
             {fmt::format("{} {:.0f} %", name(s.suggested), 100 * s.suggested_probability),
              fmt::format("not {}: {:.0f} % sure", name(s.given), 100 * s.chance), file_name(pictures, s.sample)},
             red});
    }
    std::vector<SheetSection> sections{
        {"labels that look wrong", note(findings.labels.size(), "what the models say, and the label that it has"),
         labels},
        {"near-duplicates", note(findings.copies.size(), "red: in two classes"),
         pairs(findings.copies, pictures, pictures)}};
    if (test.size() > 0)
        sections.push_back({"in the training and in the test folder",
                            note(findings.leaks.size(), "red: in two classes"), pairs(findings.leaks, pictures, test)});
    return draw_contact_sheet(sections);
}

}  // namespace photos
