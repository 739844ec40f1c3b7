#include "typenet_photos.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <numeric>
#include <string>
#include <vector>

#include "dsl/core/index.hpp"
#include "examples/photos/networks/model.hpp"
#include "runtime/data/image.hpp"
#include "runtime/train/probabilities.hpp"

using namespace tn;

struct typenet_photos {
    typenet_photos(const char* path, int threads)
        : networks(photos::open_cpu_networks({.threads = threads}, "", nullptr)),
          trained(photos::open_model(path, *networks)) {}

    std::unique_ptr<photos::Networks> networks;
    photos::TrainedModel trained;
    std::mutex one_at_a_time;
};

namespace {

thread_local std::string last_error;

/// What the caller has done wrong.
struct BadArgument : Error {
    using Error::Error;
};

void require(bool in_order, const char* words) {
    if (!in_order) throw BadArgument(words);
}

/// Runs f; what it throws becomes a status and words. An Error means `of_error` here.
template <class F> typenet_status guarded(typenet_status of_error, F f) noexcept {
    const auto failed = [](typenet_status status, const char* words) {
        try {
            last_error = words;
        } catch (...) {
            last_error.clear();
        }
        return status;
    };
    try {
        f();
        return TYPENET_OK;
    } catch (const BadArgument& e) {
        return failed(TYPENET_BAD_ARGUMENT, e.what());
    } catch (const Error& e) {
        return failed(of_error, e.what());
    } catch (const std::bad_alloc&) {
        return failed(TYPENET_NO_MEMORY, "there is not enough memory");
    } catch (const std::exception& e) {
        return failed(TYPENET_FAILED, e.what());
    } catch (...) {
        return failed(TYPENET_FAILED, "an unknown failure");
    }
}

/// Rows of pixels as a picture with the channels that are wanted; the weights of the colours are those of the decoder
/// of files.
Picture picture_of(const unsigned char* pixels, int width, int height, int channels, std::size_t stride, int wanted) {
    Picture picture{{wanted, height, width}, {}};
    picture.pixels.resize(picture.shape.size());
    std::uint8_t* out = picture.pixels.data();
    const tn::Index plane = tn::Index{height} * width;
    for (int y = 0; y < height; ++y, pixels += stride)
        for (int x = 0; x < width; ++x, ++out) {
            const unsigned char* p = pixels + tn::Index{x} * channels;
            if (wanted == 3)
                for (int c = 0; c < 3; ++c) out[c * plane] = p[channels == 3 ? c : 0];
            else
                *out = channels == 1 ? p[0] : static_cast<std::uint8_t>((p[0] * 77 + p[1] * 150 + p[2] * 29) >> 8);
        }
    return picture;
}

void classify(typenet_photos& model, const Picture& picture, float* to) {
    const Pictures one = photos::set_of(picture, model.trained);
    const std::lock_guard lock(model.one_at_a_time);
    const std::vector<float> p = probabilities(*model.trained.model, one, model.trained.info.normalise, 1);
    std::copy(p.begin(), p.end(), to);
}

/// picture(i) gives number i of `count`; every thread asks for some.
template <class F> void classify_all(typenet_photos& model, int count, F picture, float* to) {
    const photos::TrainedModel& trained = model.trained;
    Pictures all;
    all.shape = trained.network.shape;
    all.labels.resize(count);
    all.pixels.resize(count * all.shape.size());
    const std::lock_guard lock(model.one_at_a_time);
    model.networks->threads().run(count, [&](int i) {
        const Pictures one = photos::set_of(picture(i), trained);
        std::copy(one.pixels.begin(), one.pixels.end(), all.pixels.begin() + tn::Index{i} * all.shape.size());
    });
    const std::vector<float> p = probabilities(*trained.model, all, trained.info.normalise, trained.model->batch());
    std::copy(p.begin(), p.end(), to);
}

}  // namespace

extern "C" {

typenet_status typenet_photos_open(const char* path, int threads, typenet_photos** model) {
    if (model) *model = nullptr;
    return guarded(TYPENET_BAD_FILE, [&] {
        require(path && model, "the path and the model must not be null");
        require(threads >= 0 && threads <= 1024, "the threads must be 0 to 1024");
        *model = new typenet_photos(path, threads);
    });
}

void typenet_photos_close(typenet_photos* model) { delete model; }

const char* typenet_photos_error(void) { return last_error.c_str(); }

int typenet_photos_classes(const typenet_photos* model) {
    return model ? static_cast<int>(model->trained.info.classes.size()) : 0;
}

const char* typenet_photos_class_name(const typenet_photos* model, int number) {
    if (number < 0 || number >= typenet_photos_classes(model)) return nullptr;
    return model->trained.info.classes[number].c_str();
}

typenet_status typenet_photos_classify(typenet_photos* model, const unsigned char* pixels, int width, int height,
                                       int channels, size_t stride, float* probabilities) {
    return guarded(TYPENET_BAD_ARGUMENT, [&] {
        require(model && pixels && probabilities, "the model, the pixels and the probabilities must not be null");
        check_picture_shape({channels, height, width}, "a picture to classify");
        const std::size_t row = tn::Index{width} * channels;
        require(stride == 0 || stride >= row, "the stride must be 0 or the bytes of a row or more");
        const int wanted = model->trained.network.shape.channels;
        classify(*model, picture_of(pixels, width, height, channels, stride ? stride : row, wanted), probabilities);
    });
}

typenet_status typenet_photos_classify_file(typenet_photos* model, const char* path, float* probabilities) {
    return guarded(TYPENET_BAD_FILE, [&] {
        require(model && path && probabilities, "the model, the path and the probabilities must not be null");
        const photos::TrainedModel& trained = model->trained;
        classify(*model, read_picture(path, trained.network.shape.channels, photos::ground_of(trained.info)),
                 probabilities);
    });
}

typenet_status typenet_photos_classify_batch(typenet_photos* model, const unsigned char* pixels, int count, int width,
                                             int height, int channels, size_t stride, size_t picture_stride,
                                             float* probabilities) {
    return guarded(TYPENET_BAD_ARGUMENT, [&] {
        require(model && pixels && probabilities, "the model, the pixels and the probabilities must not be null");
        require(count >= 0, "the count must be 0 or more");
        check_picture_shape({channels, height, width}, "a picture to classify");
        const std::size_t row = tn::Index{width} * channels, apart = stride ? stride : row;
        require(apart >= row, "the stride must be 0 or the bytes of a row or more");
        const std::size_t picture = picture_stride ? picture_stride : apart * height;
        require(picture >= apart * (height - 1) + row, "the picture's stride must be 0 or its bytes or more");
        const int wanted = model->trained.network.shape.channels;
        classify_all(
            *model, count,
            [&](int i) { return picture_of(pixels + i * picture, width, height, channels, apart, wanted); },
            probabilities);
    });
}

typenet_status typenet_photos_classify_files(typenet_photos* model, const char* const* paths, int count,
                                             float* probabilities) {
    return guarded(TYPENET_BAD_FILE, [&] {
        require(model && paths && probabilities, "the model, the paths and the probabilities must not be null");
        require(count >= 0 && std::all_of(paths, paths + count, [](const char* path) { return path != nullptr; }),
                "the count must be 0 or more, and no path null");
        const photos::TrainedModel& trained = model->trained;
        classify_all(
            *model, count,
            [&](int i) {
                return read_picture(paths[i], trained.network.shape.channels, photos::ground_of(trained.info));
            },
            probabilities);
    });
}

typenet_status typenet_photos_top(const float* probabilities, int classes, int top, int* numbers) {
    return guarded(TYPENET_BAD_ARGUMENT, [&] {
        require(probabilities && numbers, "the probabilities and the numbers must not be null");
        require(top >= 1 && top <= classes, "the top must be 1 to the number of classes");
        std::vector<int> order(classes);
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return probabilities[a] > probabilities[b]; });
        std::copy_n(order.begin(), top, numbers);
    });
}

}  // extern "C"
