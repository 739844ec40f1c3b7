#include "examples/photos/cleaning/decisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "runtime/core/error.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/file.hpp"

namespace photos {

using namespace tn;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_file = std::uint64_t{1} << 30;

/// The fields of one line. Throws Error with the reason alone.
std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == ',') {
            fields.emplace_back();
        } else if (line[i] != '"') {
            fields.back() += line[i];
        } else {
            for (++i; i < line.size(); ++i) {
                if (line[i] != '"')
                    fields.back() += line[i];
                else if (i + 1 < line.size() && line[i + 1] == '"')
                    fields.back() += line[i++];
                else
                    break;
            }
            if (i == line.size()) throw Error("a quotation mark is not closed");
        }
    }
    return fields;
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

/// What is read so far, line by line.
class Reader {
public:
    Reader(const std::string& folder, const fs::path& removed) : removed_(fs::absolute(removed)) {
        if (!folder.empty()) result_.root = fs::canonical(folder);
    }

    /// Throws Error with the reason alone.
    void add(std::string_view line) {
        std::vector<std::string> f = fields_of(line);
        if (f.size() != 4) throw Error(fmt::format("must have 4 fields ({}), not {}", decisions_header, f.size()));
        for (std::string& field : f) field = unescape_text(field);
        const fs::path file = f[0];
        check_place(file, f[1]);
        if (f[2] != "relabel" && !f[3].empty())
            throw Error(fmt::format("a new class is of what is relabelled, not of '{}'", escape_text(f[2])));
        if (f[2] == "keep") {
            ++result_.kept;
        } else if (f[2] == "remove") {
            ++result_.removed;
            result_.moves.push_back({file, removed_ / f[1] / file.filename()});
        } else if (f[2] == "relabel") {
            ++result_.relabelled;
            result_.moves.push_back({file, place_in(f[3], f[1], file)});
        } else {
            throw Error(fmt::format("the decision must be keep, relabel or remove, not '{}'", escape_text(f[2])));
        }
    }

    Decisions result() && { return std::move(result_); }

private:
    void check_place(const fs::path& file, const std::string& label) {
        if (!file.is_absolute() || file != file.lexically_normal())
            throw Error(fmt::format("'{}' must be an absolute path", escape_text(file.string())));
        if (!is_there(file) || fs::is_directory(file))
            throw Error(fmt::format("{}: is not there any more", escape_text(file.string())));
        const fs::path root = fs::canonical(file.parent_path()).parent_path();
        if (result_.root.empty()) result_.root = root;
        if (root != result_.root)
            throw Error(fmt::format("{}: must lie in a class's folder in {}", escape_text(file.string()),
                                    escape_text(result_.root.string())));
        if (file.parent_path().filename() != label)
            throw Error(fmt::format("{}: is not of the class '{}'", escape_text(file.string()), escape_text(label)));
        if (!seen_.insert(file).second)
            throw Error(fmt::format("{}: is named a second time", escape_text(file.string())));
    }

    fs::path place_in(const std::string& label, const std::string& before, const fs::path& file) {
        const fs::path folder = result_.root / label;
        if (label.empty() || fs::path(label).filename() != label || label == "." || label == ".." ||
            !fs::is_directory(folder))
            throw Error(
                fmt::format("there is no class '{}' in {}", escape_text(label), escape_text(result_.root.string())));
        if (label == before)
            throw Error(fmt::format("the photograph is of the class '{}' already", escape_text(label)));
        fs::path target = folder / file.filename();
        for (int number = 1; is_there(target) || !targets_.insert(target).second; ++number)
            target = folder / fmt::format("{} (of {}{}){}", file.stem().string(), before,
                                          number > 1 ? fmt::format(" {}", number) : "", file.extension().string());
        return target;
    }

    fs::path removed_;
    Decisions result_;
    std::set<fs::path> seen_, targets_;
};

}  // namespace

Decisions read_decisions(const fs::path& path, const std::string& folder, const fs::path& removed) {
    const auto bytes = read_file(path, largest_file);
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // as spreadsheets put it there
    Reader reader(folder, removed);
    for (int number = 1; number == 1 || !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        try {
            if (number > 1)
                reader.add(line);
            else if (line != decisions_header)
                throw Error(fmt::format("the first line must be {}", decisions_header));
        } catch (const Error& e) {
            throw Error(fmt::format("{}:{}: {}", path.string(), number, e.what()));
        } catch (const fs::filesystem_error& e) {
            throw Error(fmt::format("{}:{}: {}", path.string(), number, e.code().message()));
        }
    }
    return std::move(reader).result();
}

}  // namespace photos
