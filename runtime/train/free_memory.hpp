// How much memory a program can still take.
#pragma once

#include <cstddef>
#include <filesystem>

namespace tn {

/// Bytes of the host's memory that this process can still take: what the machine has free, or less where the process is
/// in a control group with a limit, as in a container. Throws Error where the machine does not say it.
std::size_t free_host_bytes();

/// The same of its control groups alone: the least that one of them, or one that it is within, leaves below its limit.
/// What a group caches of files counts as free. `membership` is /proc/self/cgroup and `mount` /sys/fs/cgroup, of
/// version 1 or 2. The largest number where no group has a limit.
std::size_t free_group_bytes(const std::filesystem::path& membership, const std::filesystem::path& mount);

}  // namespace tn
