// Parts of the page of a run that do not depend on what was trained on.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dsl/net/memory_curve.hpp"
#include "dsl/net/summary.hpp"
#include "runtime/model/arena_map.hpp"
#include "runtime/report/curves.hpp"
#include "runtime/train/confusion.hpp"

namespace tn {

/// A section with a title; the content is HTML, the words of a note are not.
std::string section(const std::string& title, const std::string& content);
std::string note(const std::string& words);

/// Up to the facts at the top, names and values; and what closes it.
std::string page_begin(const std::string& title, const std::vector<std::pair<std::string, std::string>>& facts);
std::string page_end();

std::string curves_section(const std::vector<Panel>& panels, const std::string& x_title);
/// Up to 60 classes as a table, above that as a picture. Throws Error where a class has no name.
std::string confusion_section(const Confusion& confusion, const std::vector<std::string>& classes);
/// What lay where in memory, and what less of it would cost; nothing where neither is known.
std::string memory_section(const ArenaMap& arena, std::span<const MemoryPoint> curve, const std::string& curve_of);
/// The table of layers, and what training needs in all.
std::string network_section(const Summary& network, std::size_t train_bytes);

}  // namespace tn
