#include "runtime/train/evaluate.hpp"

#include <fmt/format.h>

#include "runtime/core/error.hpp"

namespace tn::detail {

namespace {

std::string text(PictureShape s) { return fmt::format("{} x {} x {}", s.channels, s.height, s.width); }

}  // namespace

void check_pictures(const Takes& model, const Pictures& pictures, int batch) {
    if (batch < 1 || batch > model.batch)
        throw Error(fmt::format("a batch has 1 to {} pictures here, not {}", model.batch, batch));
    if (pictures.size() > 0 && pictures.shape != model.shape)
        throw Error(
            fmt::format("the pictures are {}, but the network's input is {}", text(pictures.shape), text(model.shape)));
    for (int i = 0; i < pictures.size(); ++i)
        if (const int label = pictures.labels[i]; label < 0 || label >= model.classes)
            throw Error(fmt::format("picture {} has label {}, but the model has {} classes", i, label, model.classes));
}

}  // namespace tn::detail
