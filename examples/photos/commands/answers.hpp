// What photos predict says of a photograph, as a line of text or of JSON.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace photos {

struct AnswerOptions {
    int top = 1;                ///< how many classes, the most probable first
    double min_confidence = 0;  ///< below it the answer is none of the classes
    bool json = false;
};

/// What stands for a class where the most probable one is below AnswerOptions::min_confidence.
inline constexpr const char* none_of_these = "none of these";

/// Text: the file, then class and probability of each, tab-separated. JSON: an object with file, class (null: none of
/// these), probability, top (an array of class and probability) and the probabilities of all classes by name.
/// `probabilities` are those of `classes`.
std::string answer_line(const std::string& file, std::span<const float> probabilities,
                        const std::vector<std::string>& classes, const AnswerOptions& options);

}  // namespace photos
