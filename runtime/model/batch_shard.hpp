// The part of a batch that this process computes, where several share it.
#pragma once

#include "runtime/core/process_group.hpp"
#include "runtime/model/batch_result.hpp"

namespace tn {

/// Where this process's samples lie in the batch. Without a group the whole batch is here.
struct BatchShard {
    int first = 0, elsewhere = 0;  ///< samples of the batch before this process's, and all that the others have
    int most = 0, fewest = 0;      ///< that a process has; 0 without a group

    /// Says that this process has n samples of the next batch.
    void begin(ProcessGroup* group, int n) {
        first = elsewhere = most = fewest = 0;
        if (!group) return;
        group->begin_batch(n);
        first = group->first();
        elsewhere = group->whole() - n;
        most = group->most();
        fewest = group->fewest();
    }

    /// Says that of these samples all processes now compute a part, this one n of them.
    void begin_part(ProcessGroup* group, int n) const {
        if (group) group->begin_batch(n);
    }

    /// What the whole batch gave.
    BatchResult whole(ProcessGroup* group, const BatchResult& part) const {
        if (!group) return part;
        double values[2] = {part.loss, static_cast<double>(part.correct)};
        group->sum(values);
        return {values[0], static_cast<int>(values[1]), part.n + elsewhere, part.gradient_norm};
    }
};

}  // namespace tn
