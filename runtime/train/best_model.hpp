// The best model of a run so far, and when to stop hoping for a better one.
#pragma once

#include <limits>
#include <string>

#include "runtime/model/weight_snapshot.hpp"

namespace tn {

/// Early stopping (Prechelt, "Early stopping - but when?", 1998): the values of the epoch with the least loss on
/// held-out pictures, and whether so many epochs have passed since. After swap() the model predicts with the best
/// values, and the last epoch's wait here, for a checkpoint as "last.NAME".
class BestModel : public WeightSnapshot {
public:
    /// Throws Error unless patience is 1 epoch or more.
    template <class M> BestModel(const M& model, int patience) : WeightSnapshot(model, "last"), patience_(patience) {
        if (patience < 1) throw Error("the patience must be at least 1 epoch, not " + std::to_string(patience));
    }

    /// Keeps the model's values if the held-out loss after this epoch, counted from 1, is the least so far.
    template <class M> void offer(const M& model, int epoch, double loss) {
        if (!(loss < loss_)) return;
        loss_ = loss;
        epoch_ = epoch;
        copy(model);
    }

    /// The epoch that gave the best; 0 before the first.
    int epoch() const { return epoch_; }
    bool exhausted(int epoch) const { return epoch_ > 0 && epoch - epoch_ >= patience_; }

    /// What a checkpoint keeps besides the values.
    std::string to_text() const;
    /// Throws Error naming the file unless to_text wrote the text.
    void from_text(const std::string& text, const std::string& path);

    static constexpr const char* key = "best so far";

private:
    int patience_, epoch_ = 0;
    double loss_ = std::numeric_limits<double>::infinity();
};

}  // namespace tn
