// Tables of numbers in text files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tn {

/// `rows` rows of columns.size() finite numbers, row after row.
struct Table {
    std::vector<std::string> columns;  ///< from the header line; "1", "2", .. without one
    int rows = 0;
    std::vector<float> values;
};

/// Reads numbers between commas or semicolons (whichever the first line has more of). The first line is a header when
/// one of its fields is neither empty nor a number. Fields may be in double quotes on one line, with "" for a quote;
/// blank lines are skipped; lines end with LF or CRLF; a UTF-8 byte order mark is ignored. Throws Error
/// "name:line: .." when a field is no finite number, a line has another number of fields or there is no row.
Table parse_csv(std::string_view text, const std::string& name);

/// parse_csv of a file of at most 1 GiB; its path is the name.
Table read_csv(const std::filesystem::path& path);

}  // namespace tn
