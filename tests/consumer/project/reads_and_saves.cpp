// A project of its own uses the compiled library: pictures, a model's file, a chart. Headers are found under their
// short names, too, and one is the same under both.
#include <dsl/typenet.hpp>
#include <iostream>
#include <runtime/data/synthetic.hpp>
#include <runtime/model/checkpoint.hpp>
#include <runtime/report/curves.hpp>
#include <typenet/runtime/data/synthetic.hpp>
#include <typenet/runtime/model/checkpoint.hpp>

using namespace tn;
using Small = Net<Image<1, 32, 32>, Batch<4>, Seq<Dense<3>>, SoftmaxCrossEntropy>;

int main(int argc, char** argv) try {
    if (argc != 2) throw Error("name a folder to write to");
    const std::filesystem::path folder = argv[1];
    const Pictures pictures = generate_characters(2, {1, 32, 32}, 1);
    write_png(folder / "sheet.png", augmentation_sheet(pictures, Augmentation::strong(), 1));

    cpu::Device device;
    Model<Small> model(device, 5), again(device, 6);
    CheckpointInfo info;
    info.classes = pictures.classes;
    save_checkpoint(folder / "model.safetensors", model, info);
    const CheckpointInfo read = load_checkpoint(folder / "model.safetensors", again);
    const bool same = std::equal(model.tensors()[0].values.begin(), model.tensors()[0].values.end(),
                                 again.tensors()[0].values.begin());
    std::cout << read.description << ", " << read.classes.size() << " classes\n";
    return same && read.classes == pictures.classes ? 0 : 1;
} catch (const Error& e) {
    std::cerr << "error: " << e.what() << "\n";
    return 1;
}
