#include "runtime/data/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <system_error>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"

namespace tn {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// A field as an error message may show it: short and printable.
std::string shown(std::string_view field) {
    std::string text(field.substr(0, 40));
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return field.size() > 40 ? text + "..." : text;
}

/// The number that fills the whole field, infinities and NaN included; nothing when the field is no number.
std::optional<double> number_in(std::string_view field) {
    if (field.size() > 1 && field[0] == '+' && field[1] != '-') field.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (field.empty() || end != field.data() + field.size() || error == std::errc::invalid_argument)
        return std::nullopt;
    return error == std::errc::result_out_of_range ? std::numeric_limits<double>::infinity() : value;
}

class Parser {
public:
    Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {
        if (text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
    }

    Table parse() {
        Table table;
        if (!next_line()) throw Error(fmt::format("{}: must hold a table of numbers, but is empty", name_));
        separator_ =
            std::count(line_.begin(), line_.end(), ';') > std::count(line_.begin(), line_.end(), ',') ? ';' : ',';
        split_line();
        const auto is_name = [](std::string_view field) { return !field.empty() && !number_in(field); };
        header_ = std::any_of(fields_.begin(), fields_.end(), is_name);
        if (header_)
            table.columns = fields_;
        else
            for (std::size_t i = 1; i <= fields_.size(); ++i) table.columns.push_back(std::to_string(i));

        for (bool more = !header_ || next_line(); more; more = next_line()) {
            split_line();
            if (fields_.size() != table.columns.size())
                fail(fmt::format("must have {} fields like the first line, not {}", table.columns.size(),
                                 fields_.size()));
            for (std::size_t i = 0; i < fields_.size(); ++i) table.values.push_back(value(i, table.columns[i]));
            ++table.rows;  // at most one a byte of the file: it fits
        }
        if (table.rows == 0) throw Error(fmt::format("{}: must have at least one row of numbers", name_));
        return table;
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(fmt::format("{}:{}: {}", name_, number_, reason));
    }

    /// Moves to the next line that is not blank.
    bool next_line() {
        while (!text_.empty()) {
            const std::size_t end = std::min(text_.find('\n'), text_.size());
            line_ = text_.substr(0, end);
            text_.remove_prefix(std::min(end + 1, text_.size()));
            ++number_;
            if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
            if (!trim(line_).empty()) return true;
        }
        return false;
    }

    /// The line's fields, without the white space and quotes around them.
    void split_line() {
        fields_.clear();
        for (std::string_view rest = line_;;) {
            const std::size_t start = rest.find_first_not_of(" \t");
            if (start != rest.npos && rest[start] == '"') {
                rest.remove_prefix(start + 1);
                fields_.push_back(take_quoted(rest));
            } else {
                const std::size_t end = std::min(rest.find(separator_), rest.size());
                fields_.emplace_back(trim(rest.substr(0, end)));
                rest.remove_prefix(end);
            }
            if (rest.empty()) return;
            rest.remove_prefix(1);
        }
    }

    /// Takes the rest of a quoted field, up to the separator or the end of the line.
    std::string take_quoted(std::string_view& rest) const {
        std::string field;
        for (;;) {
            const std::size_t quote = rest.find('"');
            if (quote == rest.npos) fail("a quoted field must end on its line");
            field += rest.substr(0, quote);
            rest.remove_prefix(quote + 1);
            if (rest.empty() || rest.front() != '"') break;
            field += '"';
            rest.remove_prefix(1);
        }
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (!rest.empty() && rest.front() != separator_) fail("a quoted field must be followed by a separator");
        return std::string(trim(field));
    }

    float value(std::size_t column, const std::string& title) const {
        const std::string& field = fields_[column];
        const std::optional<double> number = number_in(field);
        if (number && std::abs(*number) <= std::numeric_limits<float>::max()) return static_cast<float>(*number);
        const std::string where =
            header_ ? fmt::format("column {} '{}'", column + 1, shown(title)) : fmt::format("column {}", column + 1);
        if (field.empty()) fail(where + " must be a number, but is empty");
        fail(fmt::format("{} must be a {}number, not '{}'", where, number ? "finite " : "", shown(field)));
    }

    std::string_view text_, line_;
    const std::string& name_;
    std::size_t number_ = 0;
    char separator_ = ',';
    bool header_ = false;
    std::vector<std::string> fields_;
};

}  // namespace

Table parse_csv(std::string_view text, const std::string& name) {
    if (text.size() > max_bytes)
        throw Error(fmt::format("{}: has {} bytes, over the limit of {}", name, text.size(), max_bytes));
    return Parser(text, name).parse();
}

Table read_csv(const std::filesystem::path& path) {
    const std::vector<std::uint8_t> bytes = read_file(path, max_bytes);
    return parse_csv({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

}  // namespace tn
