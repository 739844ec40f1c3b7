// Which kernel runs each layer of a network on a device, and why: for people.
#pragma once

#include <string>
#include <vector>

#include "dsl/net/schedule.hpp"

namespace tn {

/// A layer, or layers that one kernel computes.
struct KernelRow {
    std::string path;    ///< of the first of them: "4"
    std::string layers;  ///< "Conv<32, 3> + BN + Relu"
    std::string kernel;  ///< what runs: "Winograd", "reference"
    std::string why;
    bool fast = false;  ///< false: the reference mathematics run
};

/// A table at most 80 columns wide.
std::string format(const std::vector<KernelRow>& rows);

namespace detail {

/// Whether this entry of the running list computes something.
constexpr bool computes(const Node& node) { return node.runs && !node.is_fork; }

template <class ScheduleType, class Device> constexpr bool all_fast() {
    bool fast = true;
    for_each(typename ScheduleType::layers{},
             [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
                 if constexpr (computes(ScheduleType::program.node[I]))
                     fast = fast && has_kernel_of<Device, typename P::type>;
             });
    return fast;
}

template <class ScheduleType, class Device> std::vector<KernelRow> kernel_table() {
    std::vector<KernelRow> rows;
    for_each(typename ScheduleType::layers{},
             [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
                 using L = typename P::type;
                 constexpr Node node = ScheduleType::program.node[I];
                 if constexpr (computes(node)) {
                     KernelRow row{P::path[0].text().string(), Text{L::name()}.string(), "reference", "", false};
                     if constexpr (has_kernel_of<Device, L>) {
                         constexpr KernelInfo info = KernelOf<Device, L>::info(node.in);
                         row.kernel = info.name;
                         row.why = info.why;
                         row.fast = true;
                     } else {
                         row.why = Traits<L>::operation.kind == Operation::none ? "the layer names no operation"
                                                                                : "no kernel for this operation";
                     }
                     rows.push_back(row);
                 }
             });
    return rows;
}

}  // namespace detail
}  // namespace tn
