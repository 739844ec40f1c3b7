#include "runtime/report/html.hpp"

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/transform_width.hpp>

#include "runtime/core/escape_text.hpp"

namespace tn {

std::string html_text(std::string_view text) {
    std::string safe;
    for (const char c : escape_text(text)) switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '"': safe += "&quot;"; break;
            case '\'': safe += "&#39;"; break;
            default: safe += c;
        }
    return safe;
}

std::string script_value(std::string_view json) {
    std::string text;
    for (const char c : json)
        if (c == '<')
            text += "\\u003c";
        else
            text += c;
    return text;
}

std::string base64(std::vector<std::uint8_t> bytes) {
    using namespace boost::archive::iterators;
    using Digits = base64_from_binary<transform_width<std::vector<std::uint8_t>::const_iterator, 6, 8>>;
    const std::size_t padding = (3 - bytes.size() % 3) % 3;
    bytes.insert(bytes.end(), padding, 0);  // the iterators take whole groups of three bytes
    std::string text(Digits(bytes.cbegin()), Digits(bytes.cend()));
    text.replace(text.size() - padding, padding, padding, '=');
    return text;
}

std::string data_uri(const Picture& picture) { return "data:image/png;base64," + base64(encode_png(picture)); }

}  // namespace tn
