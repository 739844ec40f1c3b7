// A data set of any type as a value, for an option that names one.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "runtime/data/any_dataset.hpp"

namespace tn {

/// Points to a data set, which must outlive it, or to none.
class DatasetPointer {
public:
    DatasetPointer() = default;
    DatasetPointer(std::nullptr_t) {}
    template <Trainable D>
    DatasetPointer(const D* data)
        : open_(data ? Open([data](const PictureOptions& options) { return any_dataset(*data, options); }) : Open()) {}

    explicit operator bool() const { return static_cast<bool>(open_); }
    /// Of one that points to none null.
    std::unique_ptr<AnyDataset> open(const PictureOptions& options = {}) const {
        return open_ ? open_(options) : nullptr;
    }
    /// How many samples it has; 0 of none.
    int size() const { return open_ ? open_({})->size() : 0; }

private:
    using Open = std::function<std::unique_ptr<AnyDataset>(const PictureOptions&)>;
    Open open_;
};

}  // namespace tn
