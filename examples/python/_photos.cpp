// What typenet/__init__.py calls: the C library for arrays of NumPy, without copies.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <typenet_photos.h>

#include <memory>
#include <string>
#include <vector>

namespace nb = nanobind;

namespace {

using Pixels = nb::ndarray<const unsigned char, nb::device::cpu>;
using Floats = nb::ndarray<float, nb::device::cpu, nb::c_contig>;

void check(typenet_status status) {
    if (status == TYPENET_OK) return;
    PyObject* kind = PyExc_RuntimeError;
    if (status == TYPENET_BAD_ARGUMENT) kind = PyExc_ValueError;
    if (status == TYPENET_BAD_FILE) kind = PyExc_OSError;
    if (status == TYPENET_NO_MEMORY) kind = PyExc_MemoryError;
    PyErr_SetString(kind, typenet_photos_error());
    throw nb::python_error();
}

class Model {
public:
    Model(const std::string& path, int threads) {
        typenet_photos* opened = nullptr;
        typenet_status status = TYPENET_OK;
        {
            const nb::gil_scoped_release others;
            status = typenet_photos_open(path.c_str(), threads, &opened);
        }
        check(status);
        model_.reset(opened);
    }

    std::vector<std::string> classes() const {
        std::vector<std::string> names;
        for (int i = 0; i < typenet_photos_classes(model_.get()); ++i)
            names.emplace_back(typenet_photos_class_name(model_.get(), i));
        return names;
    }

    /// pixels [count][height][width][channels], of which a row's bytes must lie together.
    void classify(const Pixels& pixels, const Floats& probabilities) const {
        if (pixels.ndim() != 4) throw nb::value_error("pixels must have four dimensions");
        const std::size_t count = pixels.shape(0), channels = pixels.shape(3);
        require_room(probabilities, count);
        // Where there is but one, it does not matter how far the next one is.
        const auto apart = [&](int axis, std::int64_t usual) {
            return pixels.shape(axis) == 1 ? usual : pixels.stride(axis);
        };
        const auto bytes = static_cast<std::int64_t>(channels * pixels.shape(2));
        const std::int64_t row = apart(1, bytes), picture = apart(0, row * static_cast<std::int64_t>(pixels.shape(1)));
        if (apart(3, 1) != 1 || apart(2, channels) != static_cast<std::int64_t>(channels) || row < 0 || picture < 0)
            throw nb::value_error("the pixels of a row must lie together, and rows in ascending order");
        typenet_status status = TYPENET_OK;
        {
            const nb::gil_scoped_release others;
            const int width = static_cast<int>(pixels.shape(2)), height = static_cast<int>(pixels.shape(1));
            // One by itself gives the bits of `photos predict`.
            if (count == 1)
                status = typenet_photos_classify(model_.get(), pixels.data(), width, height, static_cast<int>(channels),
                                                 static_cast<std::size_t>(row), probabilities.data());
            else
                status = typenet_photos_classify_batch(
                    model_.get(), pixels.data(), static_cast<int>(count), width, height, static_cast<int>(channels),
                    static_cast<std::size_t>(row), static_cast<std::size_t>(picture), probabilities.data());
        }
        check(status);
    }

    void classify_files(const std::vector<std::string>& paths, const Floats& probabilities) const {
        require_room(probabilities, paths.size());
        std::vector<const char*> names;
        for (const std::string& path : paths) names.push_back(path.c_str());
        typenet_status status = TYPENET_OK;
        {
            const nb::gil_scoped_release others;
            if (names.size() == 1)
                status = typenet_photos_classify_file(model_.get(), names[0], probabilities.data());
            else
                status = typenet_photos_classify_files(model_.get(), names.data(), static_cast<int>(names.size()),
                                                       probabilities.data());
        }
        check(status);
    }

private:
    void require_room(const Floats& probabilities, std::size_t count) const {
        if (probabilities.size() != count * static_cast<std::size_t>(typenet_photos_classes(model_.get())))
            throw nb::value_error("the probabilities must be [count][classes]");
    }

    struct Close {
        void operator()(typenet_photos* model) const { typenet_photos_close(model); }
    };
    std::unique_ptr<typenet_photos, Close> model_;
};

}  // namespace

NB_MODULE(_photos, module) {
    nb::class_<Model>(module, "Model")
        .def(nb::init<const std::string&, int>())
        .def("classes", &Model::classes)
        .def("classify", &Model::classify, nb::arg("pixels").noconvert(), nb::arg("probabilities").noconvert())
        .def("classify_files", &Model::classify_files, nb::arg("paths"), nb::arg("probabilities").noconvert());
}
