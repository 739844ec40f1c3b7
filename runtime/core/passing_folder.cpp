#include "runtime/core/passing_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "runtime/core/error.hpp"

namespace tn {

PassingFolder::PassingFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "typenet-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw Error(name + ": the folder cannot be made: " + std::strerror(errno));
    path_ = name;
}

PassingFolder::~PassingFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace tn
