// What photos clean found as one page, on which a person looks at it and decides.
#pragma once

#include <string>

#include "examples/photos/cleaning/findings.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/data/ground.hpp"

namespace photos {

inline constexpr int findings_on_page = 400;   ///< at most so many, the most suspicious ones
inline constexpr int page_picture_side = 480;  ///< pixels of the longer side of the photographs on it

/// How many findings there are in all.
inline std::size_t count(const Findings& f) { return f.labels.size() + f.copies.size() + f.leaks.size(); }

/// HTML with everything in it, also the photographs, read once more and made smaller: it loads nothing, sends nothing
/// and opens offline. It shows one finding after another, doubted labels first, with what the models say and the chance
/// that the label is wrong; by buttons or keys a photograph is kept, relabelled or removed, or that undone. What was
/// decided is saved as decisions.csv (decisions.hpp), and kept by the browser until then. Both sets must be of files;
/// `folder` holds those of the first. Throws tn::Error when a photograph cannot be read any more.
std::string findings_page(const Findings& findings, const tn::Pictures& pictures, const tn::Pictures& test,
                          const std::string& folder, tn::Ground ground, tn::ThreadPool& threads);

}  // namespace photos
