// From the words of a command line to where a network runs and how many samples it takes at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "runtime/core/process_group.hpp"
#include "runtime/cpu/device.hpp"
#include "runtime/train/free_memory.hpp"

namespace tn {

/// Why a program that nvcc did not compile cannot run CUDA.
inline constexpr const char* built_without_cuda =
    "this program was built without CUDA: no nvcc was found, or TYPENET_CUDA was OFF";

/// " (not cuda: WHY)", to stand behind what the CPU's device says of itself; empty where there is no reason.
inline std::string not_cuda(const std::string& why_not) {
    return why_not.empty() ? "" : " (not cuda: " + why_not + ")";
}

/// True for the GPU, false for the CPU. `why_not` says why CUDA cannot run here and is empty where it can: then auto
/// takes it. Throws Error for cuda where it cannot run, saying why, and for words other than cpu, cuda and auto.
bool chooses_cuda(const std::string& device, const std::string& why_not);

/// Why the processes on a machine cannot have a GPU each, with both numbers; empty where they can.
std::string why_not_one_each(int processes, int gpus);

/// Why CUDA cannot run in every process of the group, of which this one has this reason, or none: so that all choose
/// alike. All call it; null: one alone.
std::string why_not_in_all(ProcessGroup* group, const std::string& why_not);

/// The CPU's device. Throws Error unless the precision is fp32, and when threads or instructions are not there.
cpu::Device open_cpu(int threads, const std::string& instructions, const std::string& precision = "fp32");

/// A network that was built for batches of up to `batch`, the bytes that it takes to train, and in how many parts it
/// takes such a batch.
struct BuiltBatch {
    int batch = 0;
    std::size_t bytes = 0;
    int parts = 1;
};

/// How many samples a step takes, and which of the built networks it runs in.
struct ChosenBatch {
    int batch = 0, built = 0;
};

/// The batch that a word asks for: "auto" is the largest built one that fits into `free` bytes, a number runs in the
/// smallest that holds it, and of several for as many samples in the largest that fits. `built` ascends by samples,
/// then by bytes. Throws Error for other words, and with both numbers for what does not fit.
ChosenBatch choose_batch(const std::string& word, std::span<const BuiltBatch> built, std::size_t free);

}  // namespace tn
