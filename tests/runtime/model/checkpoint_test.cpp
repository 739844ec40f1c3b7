#define BOOST_TEST_MODULE checkpoint
#include "runtime/model/checkpoint.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <functional>
#include <set>

#include "dsl/typenet.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::TemporaryFolder;
using N = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3>, BN, Relu, Dense<3>>, SoftmaxCrossEntropy>;
using Other = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<5, 3>, BN, Relu, Dense<3>>, SoftmaxCrossEntropy>;

template <class M> void steps(M& model, int count) {
    for (int i = 0; i < count; ++i) {
        Random random(9, 1, model.step());
        for (float& v : model.input()) v = random.normal();
        for (int& l : model.labels()) l = random.below(3);
        model.train(4, Adam{});
    }
}
template <class M> std::vector<float> all(M& model) {
    std::vector<float> values;
    for (const auto& t : model.tensors()) values.insert(values.end(), t.values.begin(), t.values.end());
    return values;
}
std::string message(const std::function<void()>& f) {
    try {
        f();
    } catch (const Error& e) {
        return e.what();
    }
    return "no error";
}

BOOST_AUTO_TEST_CASE(a_resumed_run_ends_with_the_same_bits) {
    TemporaryFolder folder;
    cpu::Device device(2);
    Model<N, Adam> whole(device, 3), first(device, 3), second(device, 4);
    steps(whole, 7);
    steps(first, 3);
    save_checkpoint(folder.path() / "m.safetensors", first, {"", {"a", "b", "c"}, {}, 0, 0, {}}, true);
    const CheckpointInfo info = load_checkpoint(folder.path() / "m.safetensors", second, true);
    BOOST_TEST(info.classes.size() == 3u);
    BOOST_TEST(info.step == 3u);
    steps(second, 4);
    BOOST_TEST(all(whole) == all(second));
}

/// A level of a U-Net: half the picture goes through the levels below, and is joined to what passes by.
template <class Below>
using Level = Concat<Seq<Conv<2, 3>, Relu>, Seq<Conv<3, 3>, BN, Residual<Seq<Relu, Conv<3, 1>>>, Below>>;
using UNet = Net<Image<1, 8, 8>, Batch<4>, Seq<Level<Level<Level<Level<Conv<2, 3>>>>>, Dense<3>>, SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(tensors_have_names_of_their_own_however_deep_they_lie) {
    TemporaryFolder folder;
    cpu::Device device(2);
    Model<UNet, Adam> saved(device, 1), loaded(device, 2);
    std::set<std::string> names;
    for (const auto& t : saved.tensors()) BOOST_TEST(names.insert(t.name).second, t.name << " is there twice");
    BOOST_TEST(names.count("0.1.3.1.3.1.3.1.3.weight") == 1u);
    steps(saved, 2);
    save_checkpoint(folder.path() / "m.safetensors", saved, {"", {"a", "b", "c"}, {}, 0, 0, {}}, true);
    load_checkpoint(folder.path() / "m.safetensors", loaded, true);
    BOOST_TEST(all(loaded) == all(saved));
    steps(saved, 1), steps(loaded, 1);
    BOOST_TEST(all(loaded) == all(saved));
}

BOOST_AUTO_TEST_CASE(what_could_not_be_read_back_is_not_written) {
    TemporaryFolder folder;
    const auto path = folder.path() / "m.safetensors";
    const float values[] = {1, 2};
    const auto said = [&](const std::vector<TensorView>& views) {
        const std::string text = message([&] { write_safetensors(path, views, {}); });
        BOOST_TEST(!std::filesystem::exists(path));
        return text;
    };
    BOOST_TEST(said({{"w", {2}, values}, {"v", {2}, values}, {"w", {1, 2}, values}}) ==
               path.string() + ": a tensor cannot be named 'w', which is taken");
    BOOST_TEST(said({{"__metadata__", {2}, values}}) ==
               path.string() + ": a tensor cannot be named '__metadata__', which is taken");
    BOOST_TEST(said({{"w", {3}, values}}) == path.string() + ": the tensor 'w' has 2 values, but its shape 3");
    cpu::Device device(1);
    Model<N> model(device);
    const TensorView more[] = {{"0.weight", {2}, values}};
    BOOST_TEST(message([&] { save_checkpoint(path, model, {}, false, more); }) ==
               path.string() + ": a tensor cannot be named '0.weight', which is taken");
}

BOOST_AUTO_TEST_CASE(another_network_is_named_and_the_model_stays_as_it_was) {
    TemporaryFolder folder;
    cpu::Device device(1);
    Model<N> saved(device, 1);
    Model<Other> other(device, 2);
    save_checkpoint(folder.path() / "m.safetensors", saved, {});
    const auto before = all(other);
    const std::string said = message([&] { load_checkpoint(folder.path() / "m.safetensors", other); });
    BOOST_TEST(said.find("the layer is '0 Conv<4, 3>' in the file, but '0 Conv<5, 3>' here") != said.npos, said);
    BOOST_TEST(all(other) == before);
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_an_error_or_the_same_model) {
    TemporaryFolder folder;
    cpu::Device device(1);
    Model<N> saved(device, 1), loaded(device, 2);
    const auto path = folder.path() / "m.safetensors";
    save_checkpoint(path, saved, {"", {"x", "y"}, {}, 0, 0, {}});
    std::ifstream in(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    int errors = 0;
    const auto original = all(loaded);
    for (std::uint64_t i = 0; i < 1500; ++i) {
        Random random(1, 77, i);
        std::string changed = bytes;
        const std::uint32_t kind = random.below(3);
        const auto at = random.below(static_cast<std::uint32_t>(i % 2 ? bytes.size() : 1200));
        if (kind == 0) changed[at] = static_cast<char>(random.word());
        if (kind == 1) changed.resize(at);
        if (kind == 2) changed.insert(at, std::string(1 + random.below(9), static_cast<char>(random.word())));
        std::ofstream(path, std::ios::binary) << changed;
        try {
            load_checkpoint(path, loaded);
            loaded.initialise(Auto{});
        } catch (const Error&) {
            ++errors;
            BOOST_REQUIRE(all(loaded) == original);
        }
    }
    BOOST_TEST(errors > 1000);
}

BOOST_AUTO_TEST_CASE(a_file_that_another_program_saved_again_loads) {
    TemporaryFolder folder;
    const auto saved_in = [&](std::vector<TensorView> tensors, std::map<std::string, std::string> metadata) {
        const auto path = folder.path() / "again.safetensors";
        write_safetensors(path, tensors, std::move(metadata));
        return path;
    };
    const auto bytes_of = [](const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return std::string((std::istreambuf_iterator<char>(in)), {});
    };
    const std::vector<float> b{1, 2}, a{3, 4, 5};
    const TensorView first{"b", {2}, b}, second{"a", {3}, a};
    const std::string one = bytes_of(saved_in({first, second}, {})), other = bytes_of(saved_in({second, first}, {}));
    BOOST_TEST(one != other);
    const auto crc = [](const std::string& bytes) { return bytes.substr(bytes.find("crc32_by_name"), 24 + 1); };
    BOOST_TEST(crc(one) == crc(other));
    std::string changed = one;
    changed.back() ^= 1;
    std::ofstream(folder.path() / "again.safetensors", std::ios::binary) << changed;
    BOOST_TEST(message([&] {
                   Safetensors(folder.path() / "again.safetensors");
               }).find("is damaged, or another program has changed its tensors") != std::string::npos);
    // Files of version 0.1 have the checksum of the data as they lie.
    const auto renamed = [&](std::string bytes, const std::string& value) {
        const std::size_t at = bytes.find("\"crc32_by_name\":\"");
        bytes.replace(at, 26, "\"crc32\":\"" + value + "\"").insert(bytes.find('}', at) + 1, 8, ' ');
        std::ofstream(folder.path() / "again.safetensors", std::ios::binary) << bytes;
        return message([&] { Safetensors(folder.path() / "again.safetensors"); });
    };
    BOOST_TEST(renamed(one, "00000000").find("has saved it again in another order") != std::string::npos,
               renamed(one, "00000000"));
    const std::string data = one.substr(one.size() - 20);
    const auto right = crc32_z(0, reinterpret_cast<const unsigned char*>(data.data()), data.size());
    BOOST_TEST(renamed(one, fmt::format("{:08x}", right)) == "no error");
}

BOOST_AUTO_TEST_CASE(tensors_of_other_types_keep_their_bytes) {
    TemporaryFolder folder;
    const auto path = folder.path() / "typed.safetensors";
    const double exact[] = {0.1};
    const std::int8_t small[] = {-127, 3};
    const TensorBytes both[] = {{"exact", "F64", {1}, std::as_bytes(std::span(exact))},
                                {"small", "I8", {2}, std::as_bytes(std::span(small))}};
    write_typed_safetensors(path, both, {});
    const Safetensors file(path);
    for (const TensorBytes& t : both) {
        const auto* found = file.find(t.name);
        BOOST_REQUIRE(found);
        BOOST_TEST((found->dtype == t.dtype && std::ranges::equal(found->bytes, t.data)), t.name);
    }
    BOOST_TEST(file.find("exact")->data[0] == 0.1f);
    BOOST_TEST(file.find("small")->data.empty());
    const TensorBytes unknown[] = {{"small", "I7", {2}, std::as_bytes(std::span(small))}};
    BOOST_TEST(message([&] { write_typed_safetensors(path, unknown, {}); }) ==
               path.string() + ": the tensor 'small' has a dtype that is not known");
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_named) {
    BOOST_TEST(message([] { Safetensors("/nowhere/m.safetensors"); }).find("/nowhere/m.safetensors: ") == 0u);
    TemporaryFolder folder;
    const float values[] = {1, 2};
    const TensorView one[] = {{"w", {2}, values}};
    write_safetensors(folder.path() / "plain.safetensors", one, {});
    const Safetensors file(folder.path() / "plain.safetensors");
    BOOST_REQUIRE(file.find("w"));
    BOOST_TEST(file.find("w")->data[1] == 2);
    BOOST_TEST(!file.find("v"));
    BOOST_TEST(message([&] { checkpoint_info(file, "plain"); }).find("must have 'format'") != std::string::npos);
}
