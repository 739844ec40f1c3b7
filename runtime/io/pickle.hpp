// Python's pickles, as far as a state_dict of PyTorch needs them: read as data, with nothing executed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tn {

/// What a pickle holds. Values refer to each other by their numbers in Pickle::values, so that neither a deep nor a
/// circular one takes recursion.
struct PickleValue {
    enum class Kind { none, boolean, integer, real, text, sequence, dictionary, global, persistent, call };
    Kind kind = Kind::none;
    std::int64_t integer = 0;  ///< of a boolean, too
    double real = 0;
    std::string text;          ///< of a global "module name"
    std::vector<int> items{};  ///< of a tuple or list; of a persistent value its key; of a call the global and the
                               ///< sequence of its arguments
    std::vector<std::pair<int, int>> entries{};  ///< of a dictionary, in its order
};

struct Pickle {
    std::vector<PickleValue> values;
    int root = 0;
    std::size_t size = 0;  ///< bytes that it took

    const PickleValue& at(int value) const { return values[static_cast<std::size_t>(value)]; }
    /// The value of this key in a dictionary, -1 where there is none.
    int find(const PickleValue& dictionary, const std::string& key) const;
};

/// Reads the pickle that the bytes begin with, of any protocol that Python 3 writes. collections.OrderedDict becomes a
/// dictionary; any other global that is called stays a call, for the caller to know or refuse. Throws Error "name:
/// reason" for one that is damaged or uses what state_dicts do not need.
Pickle read_pickle(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace tn
