#define BOOST_TEST_MODULE recipe
#include <boost/test/unit_test.hpp>
#include <string>

#include "runtime/data/class_weights.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/runtime/train/stripes.hpp"

using namespace tn;
using namespace tn_test;

BOOST_AUTO_TEST_CASE(a_run_goes_on_only_with_its_own_recipe_and_what_differs_is_named) {
    TemporaryFolder folder;
    cpu::Device device(1);
    Quiet quiet;
    TrainOptions o = run_options(1);
    o.batch = 7;
    o.save_to = folder / "model.safetensors";
    TestModel model(device, 3), fresh(device, 3);
    for (TestModel* m : {&model, &fresh}) m->active_outputs(3);
    train(model, adam, training, testing, o, quiet.progress);
    o.resume_from = o.save_to;
    o.epochs = 2;
    const auto before = everything(fresh);
    const auto refused = [&](const char* what, auto change, Adam optimizer = adam,
                             const Pictures& pictures = training) {
        TrainOptions other = o;
        change(other);
        const std::string said = error_of([&] { train(fresh, optimizer, pictures, testing, other, quiet.progress); });
        BOOST_TEST(said == o.save_to.string() + ": is of a run with " + what + ": go on with the same");
        BOOST_TEST((everything(fresh) == before));
    };
    const auto same = [](TrainOptions&) {};
    refused("batch 7, not 8", [](TrainOptions& t) { t.batch = 8; });
    refused("schedule cosine, not constant", [](TrainOptions& t) { t.schedule = RunSchedule::constant; });
    refused("schedule cosine, not one-cycle", [](TrainOptions& t) { t.schedule = RunSchedule::one_cycle; });
    refused("warm-up 0.05, not 0.1", [](TrainOptions& t) { t.warm_up = 0.1f; });
    refused("largest norm of the gradients 0, not 0.5", [](TrainOptions& t) { t.clip = 0.5f; });
    refused("label smoothing 0, not 0.1", [](TrainOptions& t) { t.label_smoothing = 0.1f; });
    refused("mixup 0, not 0.2", [](TrainOptions& t) { t.mixup = 0.2f; });
    refused("mixup 0, not 0, cutmix 1", [](TrainOptions& t) { t.cutmix = 1; });
    refused("average 0, not 0.9", [](TrainOptions& t) { t.average = 0.9f; });
    refused("class weights none, not 1 2 0.5", [](TrainOptions& t) { t.class_weights = {1, 2, 0.5f}; });
    refused("photographs held out 0, not 13", [](TrainOptions& t) { t.patience = 1, t.held_out = &testing; });
    refused("rate 0.01, not 0.02", same, {.rate = 0.02f, .weight_decay = 1e-3f});
    refused("weight decay 0.001, not 0", same, {.rate = 0.01f});
    refused("photographs to train on 29, not 28", same, adam, stripes(28, 1));
    // A checkpoint without a digest is not believed to be of the same pictures, nor is one with another.
    o.data_digest = "12";
    BOOST_TEST(contains(error_of([&] { train(fresh, adam, training, testing, o, quiet.progress); }),
                        "does not say with which photographs its run began"));
    TrainOptions first = o;
    first.resume_from.clear();
    first.epochs = 1;
    TestModel again(device, 3);
    again.active_outputs(3);
    train(again, adam, training, testing, first, quiet.progress);
    o.data_digest = "34";
    BOOST_TEST(error_of([&] { train(fresh, adam, training, testing, o, quiet.progress); }) ==
               o.save_to.string() +
                   ": is of a run with other photographs (their digest is 12, not 34): go on with the same ones, or "
                   "train anew without resuming");
    BOOST_TEST((everything(fresh) == before));
    TrainOptions other = o;
    other.loader.augmentation = Augmentation::none();
    BOOST_TEST(contains(error_of([&] { train(fresh, adam, training, testing, other, quiet.progress); }),
                        ", not none: go on with the same"));
    // A file that says nothing about its run.
    save_checkpoint(o.save_to, model, {.description = "", .classes = o.classes, .normalise = {}, .more = {}}, true);
    BOOST_TEST(contains(error_of([&] { train(fresh, adam, training, testing, o, quiet.progress); }),
                        "does not say with which batch its run began"));
}

BOOST_AUTO_TEST_CASE(balanced_class_weights_make_every_class_worth_the_same) {
    const std::vector<int> labels{0, 0, 0, 0, 0, 0, 2, 2, 3};
    const auto w = balanced_class_weights(labels, 4);
    BOOST_REQUIRE_EQUAL(w.size(), 4u);
    BOOST_TEST(w[0] == 0.5f);
    BOOST_TEST(w[1] == 0.0f);
    BOOST_TEST(w[2] == 1.5f);
    BOOST_TEST(w[3] == 3.0f);
    BOOST_TEST(balanced_class_weights({}, 2) == (std::vector<float>{0, 0}), boost::test_tools::per_element());
    for (const int label : {-1, 4})
        BOOST_TEST(contains(error_of([&] {
                                balanced_class_weights(std::vector{0, label}, 4);
                            }),
                            "is not one of 4 classes"));
}

BOOST_AUTO_TEST_CASE(class_weights_change_training_and_not_tests) {
    TrainOptions o = run_options(2);
    const Outcome plain = run(1, o);
    o.class_weights = {1, 1, 1};
    const Outcome ones = run(1, o);
    BOOST_TEST((ones.bits == plain.bits));
    o.class_weights = {3, 0.5f, 0.5f};
    const Outcome weighted = run(2, o);
    BOOST_TEST((weighted.bits != plain.bits));
    BOOST_TEST((weighted.bits == run(1, o).bits));
    o.class_weights = {1, 2};
    BOOST_TEST(error_of([&] { run(1, o); }) == "there must be 3 class weights, not 2");
    for (const float w : {-1.0f, std::nanf(""), HUGE_VALF}) {
        o.class_weights = {1, w, 1};
        BOOST_TEST(contains(error_of([&] { run(1, o); }), "a class weight must be from 0 to 1000000, not "));
    }
}

BOOST_AUTO_TEST_CASE(a_class_without_weight_teaches_nothing) {
    cpu::Device device(1);
    TestModel model(device, 3);
    model.active_outputs(3);
    for (float& v : model.input()) v = 0.25f;
    const auto gradient_size = [&](std::initializer_list<float> weights) {
        model.class_weights(std::vector<float>(weights));
        for (int i = 0; i < 8; ++i) model.labels()[i] = 1;
        model.gradients(8);
        double sum = 0;
        for (const float g : model.gradient(model.tensors().back())) sum += std::abs(double{g});
        return sum;
    };
    const double one = gradient_size({0, 1, 0});
    BOOST_TEST(one > 1e-3);
    BOOST_TEST(gradient_size({1, 0, 1}) == 0);
    BOOST_TEST(gradient_size({1, 2, 1}) == 2 * one, boost::test_tools::tolerance(1e-6));
    BOOST_TEST(gradient_size({}) == one, boost::test_tools::tolerance(1e-6));
}
