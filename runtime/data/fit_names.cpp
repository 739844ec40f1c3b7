#include "runtime/data/fit_names.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

constexpr std::pair<Fit, const char*> names[] = {
    {Fit::stretch, "stretch"}, {Fit::cover, "cover"}, {Fit::pad, "pad"}, {Fit::centre, "centre"}};

}  // namespace

std::string to_text(Fit fit) {
    for (const auto& [known, name] : names)
        if (known == fit) return name;
    return "";
}

Fit parse_fit(std::string_view text) {
    for (const auto& [known, name] : names)
        if (text == name) return known;
    throw Error(fmt::format("how pictures are brought to size must be stretch, cover, pad or centre, not '{}'", text));
}

}  // namespace tn
