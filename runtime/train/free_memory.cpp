#include "runtime/train/free_memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// The number in a file; nothing where there is none, as in "max".
std::optional<std::size_t> number_in(const fs::path& path) {
    std::ifstream file(path);
    if (std::size_t number = 0; file >> number) return number;
    return {};
}

/// The number behind a name in a file of lines "name number".
std::size_t number_of(const fs::path& path, const std::string& wanted) {
    std::ifstream file(path);
    std::string name;
    for (std::size_t number = 0; file >> name >> number;)
        if (name == wanted) return number;
    return 0;
}

/// What the files of a version of control groups are called.
struct Names {
    const char *limit, *used, *cached;
};
constexpr Names version_1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr Names version_2{"memory.max", "memory.current", "inactive_file"};

std::size_t free_in(const fs::path& group, const Names& names) {
    const auto limit = number_in(group / names.limit), used = number_in(group / names.used);
    if (!limit || !used) return no_limit;
    const std::size_t held = *used - std::min(*used, number_of(group / "memory.stat", names.cached));
    return *limit - std::min(*limit, held);
}

/// Of a group and of all that it is within. In a container the path may be the host's, which is not to be seen there;
/// then the container's own group is the mount itself.
std::size_t free_up_to(const fs::path& mount, const fs::path& group, const Names& names) {
    std::size_t least = free_in(mount, names);
    fs::path within = mount;
    for (const fs::path& part : group.relative_path()) least = std::min(least, free_in(within /= part, names));
    return least;
}

}  // namespace

std::size_t free_group_bytes(const fs::path& membership, const fs::path& mount) {
    std::ifstream file(membership);
    std::size_t least = no_limit;
    for (std::string line; std::getline(file, line);) {  // "4:memory:/path", of version 2 "0::/path"
        const std::size_t first = line.find(':'), second = line.find(':', first + 1);
        if (first == line.npos || second == line.npos) continue;
        const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const fs::path group = line.substr(second + 1);
        if (controllers == ",,") least = std::min(least, free_up_to(mount, group, version_2));
        if (controllers.find(",memory,") != controllers.npos)
            least = std::min(least, free_up_to(mount / "memory", group, version_1));
    }
    return least;
}

std::size_t free_host_bytes() {
    std::ifstream file("/proc/meminfo");
    std::string name;
    for (std::size_t kibibytes = 0; file >> name >> kibibytes; std::getline(file, name))
        if (name == "MemAvailable:")
            return std::min(kibibytes * 1024, free_group_bytes("/proc/self/cgroup", "/sys/fs/cgroup"));
    throw Error("/proc/meminfo must say how much memory is available");
}

}  // namespace tn
