#include "examples/photos/run/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/core/escape_text.hpp"

namespace photos {

using namespace tn;

namespace {

constexpr int fewest = 20, named = 5;
constexpr double far_above = 0.15;

/// How many photographs are of a class, and how many are called it.
struct Counts {
    int samples = 0, answers = 0;
};
Counts counts_of(const Confusion& confusion, int c) {
    Counts counts;
    for (int other = 0; other < confusion.classes(); ++other) {
        counts.samples += confusion.count(c, other);
        counts.answers += confusion.count(other, c);
    }
    return counts;
}

double share_of_largest(const Confusion& confusion) {
    int most = 0;
    for (int c = 0; c < confusion.classes(); ++c) most = std::max(most, counts_of(confusion, c).samples);
    return static_cast<double>(most) / confusion.total();
}

/// The step that helps most where it has not been taken.
std::string better_start(const Outcome& o) {
    return o.pretrained ? "more photographs help most"
                        : "pretrained weights help most (photos weights efficientnet-lite0), then more photographs";
}

std::string never_answered(const Outcome& o) {
    std::string names;
    int count = 0;
    for (int c = 0; c < o.confusion.classes(); ++c) {
        const Counts counts = counts_of(o.confusion, c);
        if (counts.samples == 0 || counts.answers > 0) continue;
        if (++count <= named) names += (names.empty() ? "" : ", ") + escape_text(o.classes[c]);
    }
    if (count == 0) return "";
    if (count > named) names += fmt::format(" and {} more", count - named);
    return fmt::format(
        "never answered: {}. Such classes have few photographs, or look like another one: add some, try "
        "--class-weights balanced, or join what cannot be told apart",
        names);
}

}  // namespace

std::string beside_accuracy(const Confusion& confusion) {
    if (confusion.total() == 0) return "";
    return fmt::format("the largest class alone would be {:.1f} %, guessing {:.1f} %",
                       100 * share_of_largest(confusion), 100.0 / confusion.classes());
}

std::vector<std::string> advice(const Outcome& o) {
    std::vector<std::string> all;
    const int total = o.confusion.total();
    if (total < fewest) return all;
    const double accuracy = o.confusion.accuracy(), blind = share_of_largest(o.confusion);
    const double spread = std::sqrt(blind * (1 - blind) / total);
    if (accuracy < blind + 2 * spread)
        all.push_back(
            "the answers are hardly better than always naming the largest class: what tells the classes apart may be "
            "too "
            "small in the photographs (cut it out), the labels may be wrong (photos clean), or there are too few "
            "photographs; " +
            better_start(o));
    else if (o.train_accuracy - accuracy > far_above)
        all.push_back(fmt::format(
            "photographs to train on are told apart at {:.1f} %, those to test on at {:.1f} %: the network knows the "
            "former by heart; {}, and photos clean --test FOLDER tells whether both are alike",
            100 * o.train_accuracy, 100 * accuracy, better_start(o)));
    if (const std::string names = never_answered(o); !names.empty()) all.push_back(names);
    return all;
}

}  // namespace photos
