// The words for augmentation.
#define BOOST_TEST_MODULE augment_spec
#include <boost/test/unit_test.hpp>
#include <string>

#include "runtime/data/augment.hpp"
#include "tests/runtime/data/augmented.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using namespace tn::test;
using tn_test::contains;
using tn_test::error_of;

BOOST_AUTO_TEST_CASE(what_describe_says_parses_back) {
    for (const Augmentation& a : {Augmentation::none(), Augmentation::light(), Augmentation::strong(),
                                  Augmentation::digits(), Augmentation::trivially()})
        BOOST_TEST((parse_augmentation(describe(a)) == a), describe(a));
    Random random(1, 1);
    for (int i = 0; i < 300; ++i) {
        Augmentation a;
        for (auto change : every_change)
            if (random.chance(0.5f)) a.*change = {random.uniform(), random.uniform(0, 360)};
        if (a.trivial != Change{}) a.trivial.amount = random.uniform();
        if (a.hue != Change{}) a.hue.amount = random.uniform(0, 0.5f);
        if (a.resized_crop != Change{}) {
            a.resized_crop.amount = random.uniform(0.01f, 1);
            if (random.chance(0.5f)) a.crop_ratio = random.uniform(1, 10);
        }
        BOOST_TEST((parse_augmentation(describe(a)) == a), describe(a));
    }
    BOOST_TEST(describe(Augmentation::none()) == "none");
    BOOST_TEST(describe(only(&Augmentation::rotate, 0.5f, 20)) == "none,rotate=0.5:20");
}

BOOST_AUTO_TEST_CASE(a_text_begins_with_a_preset_and_changes_it) {
    BOOST_TEST((parse_augmentation("strong") == Augmentation::strong()));
    BOOST_TEST((parse_augmentation("light") == Augmentation::light()));
    BOOST_TEST((parse_augmentation("digits") == Augmentation::digits()));
    BOOST_TEST((parse_augmentation("trivial") == Augmentation::trivially()));
    BOOST_TEST((parse_augmentation("none,flip=0.5:1,trivial=1:1") == Augmentation::trivially()));
    Augmentation wanted = Augmentation::strong();
    wanted.flip.probability = 0;
    wanted.rotate = {0.25f, 30};
    BOOST_TEST((parse_augmentation("strong,flip=0,rotate=0.25:30") == wanted));
    BOOST_TEST((parse_augmentation("rotate=1:5") == only(&Augmentation::rotate, 1, 5)));
    BOOST_TEST((parse_augmentation("flip=0.5") == only(&Augmentation::flip, 0.5f, 0)));
    BOOST_TEST((parse_augmentation("hue=1:0.5") == only(&Augmentation::hue, 1, 0.5f)));
    BOOST_TEST((parse_augmentation("saturation=0.5:0.4") == only(&Augmentation::saturation, 0.5f, 0.4f)));
    Augmentation cropped = only(&Augmentation::resized_crop, 1, 0.08f);
    BOOST_TEST(cropped.crop_ratio == 4.0f / 3);
    BOOST_TEST((parse_augmentation("resized-crop=1:0.08") == cropped));
    BOOST_TEST(describe(cropped) == "none,resized-crop=1:0.08");
    cropped.crop_ratio = 2;
    BOOST_TEST((parse_augmentation("resized-crop=1:0.08:2") == cropped));
    BOOST_TEST(describe(cropped) == "none,resized-crop=1:0.08:2");
}

BOOST_AUTO_TEST_CASE(a_wrong_text_is_an_error_that_names_the_part_and_what_there_is) {
    const auto said = [](const char* text) { return error_of([&] { parse_augmentation(text); }); };
    BOOST_TEST(said("") == "augmentation '' must be none, light, strong, digits or trivial");
    BOOST_TEST(said("weird") == "augmentation 'weird' must be none, light, strong, digits or trivial");
    BOOST_TEST(
        contains(said("strong,spin=1"),
                 "augmentation 'spin=1' must be name=probability[:amount] with a name of: "
                 "flip, rotate, zoom, crop, shift, elastic, brightness, contrast, erase, noise, saturation, hue, "
                 "resized-crop, trivial"));
    BOOST_TEST(contains(said("strong,light"), "'light' must be name=probability"));
    BOOST_TEST(contains(said("strong,"), "'' must be name=probability"));
    BOOST_TEST(said("flip=2") == "augmentation 'flip=2': the probability must be from 0 to 1");
    for (const char* bad : {"flip=", "flip=x", "flip=-1", "flip=nan", "flip=0.5:", "flip=0.5:1:2", "flip=1e99",
                            "flip=0.5 ", "rotate=1:361", "flip=inf"})
        BOOST_TEST(contains(said(bad), "must be a number from 0 to 360"), bad << ": " << said(bad));
    BOOST_TEST(said("rotate=0.5") == "augmentation 'rotate=0.5' must give an amount too, as in rotate=0.5:0.1");
    BOOST_TEST(said("trivial=1:1.5") == "augmentation 'trivial=1:1.5': the amount must be from 0 to 1");
    BOOST_TEST(said("hue=1:0.51") == "augmentation 'hue=1:0.51': the amount must be from 0 to 0.5");
    for (const char* bad : {"resized-crop=1:0", "resized-crop=1:1.01"})
        BOOST_TEST(said(bad) == "augmentation '" + std::string(bad) + "': the amount must be from 0.01 to 1");
    for (const char* bad : {"resized-crop=1:0.5:0.75", "resized-crop=1:0.5:11"})
        BOOST_TEST(said(bad) == "augmentation '" + std::string(bad) + "': the ratio must be from 1 to 10");
    for (const char* bad : {"resized-crop=1:0.5:", "resized-crop=1:0.5:2:2", "hue=1:0.1:2"})
        BOOST_TEST(contains(said(bad), "must be a number from 0 to 360"), bad << ": " << said(bad));
}

BOOST_AUTO_TEST_CASE(grey_pictures_have_no_colours_to_change) {
    const Picture grey = random_picture({1, 4, 4}, 1);
    BOOST_TEST(error_of([&] { augmented(grey, only(&Augmentation::hue, 1, 0.1f), 0); }) ==
               "augmentation 'hue' must be of pictures in colour, of 3 channels, not 1");
    BOOST_TEST(error_of([&] {
                   check_augmentation(only(&Augmentation::saturation, 0.5f, 0.1f), {4, 2, 2});
               }) == "augmentation 'saturation' must be of pictures in colour, of 3 channels, not 4");
    check_augmentation(only(&Augmentation::resized_crop, 1, 0.1f), {1, 2, 2});
}
