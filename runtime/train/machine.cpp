#include "runtime/train/machine.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "dsl/net/summary.hpp"
#include "runtime/core/error.hpp"

namespace tn {

bool chooses_cuda(const std::string& device, const std::string& why_not) {
    if (device != "cpu" && device != "cuda" && device != "auto")
        throw Error("--device must be cpu, cuda or auto, not '" + device + "'");
    if (device == "cuda" && !why_not.empty()) throw Error("--device cuda was asked for, but " + why_not);
    return device != "cpu" && why_not.empty();
}

std::string why_not_one_each(int processes, int gpus) {
    if (processes <= gpus) return "";
    return fmt::format("there are {} processes on this machine and {} GPU{}: each process takes one of its own",
                       processes, gpus, gpus == 1 ? "" : "s");
}

std::string why_not_in_all(ProcessGroup* group, const std::string& why_not) {
    const std::string first = group ? group->first_words(why_not) : "";
    return why_not.empty() ? first : why_not;
}

cpu::Device open_cpu(int threads, const std::string& instructions, const std::string& precision) {
    if (precision != "fp32")
        throw Error("the CPU computes in fp32: --precision " + precision + " needs --device cuda and a GPU");
    return cpu::Device(threads, parse_isa(instructions));
}

ChosenBatch choose_batch(const std::string& word, std::span<const BuiltBatch> built, std::size_t free) {
    const auto refuse = [&](const BuiltBatch& b) {
        throw Error(fmt::format("a batch of {} needs {} to train, but {} are free: use a smaller batch", b.batch,
                                format_bytes(b.bytes), format_bytes(free)));
    };
    if (word == "auto") {
        for (std::size_t i = built.size(); i-- > 0;)
            if (built[i].bytes <= free) return {built[i].batch, static_cast<int>(i)};
        refuse(built.front());
    }
    int batch = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), batch);
    if (error != std::errc{} || end != word.data() + word.size() || batch < 1 || batch > built.back().batch)
        throw Error(fmt::format("--batch must be auto or a number from 1 to {}, not '{}'", built.back().batch, word));
    int i = 0;
    while (built[i].batch < batch) ++i;
    if (built[i].bytes > free) refuse(built[i]);
    while (i + 1 < std::ssize(built) && built[i + 1].batch == built[i].batch && built[i + 1].bytes <= free) ++i;
    return {batch, i};
}

}  // namespace tn
