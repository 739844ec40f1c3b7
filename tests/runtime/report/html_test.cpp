#define BOOST_TEST_MODULE html
#include "runtime/report/html.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(text_has_no_effect) {
    BOOST_TEST(html_text("Zoë & <b>\"it's\"</b>") == "Zoë &amp; &lt;b&gt;&quot;it&#39;s&quot;&lt;/b&gt;");
    BOOST_TEST(html_text("a\nb\xff\x01") == "a\\nb\\xff\\x01");
    BOOST_TEST(html_text("") == "");
}

BOOST_AUTO_TEST_CASE(nothing_ends_a_script) {
    BOOST_TEST(script_value("[\"</script><!--\"]") == "[\"\\u003c/script>\\u003c!--\"]");
}

BOOST_AUTO_TEST_CASE(a_picture_is_its_own_address) {
    for (const int width : {1, 2, 3, 7, 20}) {  // files of every length modulo 3
        Picture picture{{1, 3, width}, {}};
        for (int i = 0; i < 3 * width; ++i) picture.pixels.push_back(static_cast<std::uint8_t>(i * 37));
        const std::string uri = data_uri(picture), prefix = "data:image/png;base64,";
        BOOST_REQUIRE(uri.rfind(prefix, 0) == 0);
        const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::vector<std::uint8_t> bytes;
        std::uint32_t bits = 0;
        int held = 0;
        BOOST_TEST((uri.size() - prefix.size()) % 4 == 0u);
        for (const char c : uri.substr(prefix.size(), uri.find('=') - prefix.size())) {
            BOOST_REQUIRE(digits.find(c) != digits.npos);
            bits = bits << 6 | static_cast<std::uint32_t>(digits.find(c));
            if ((held += 6) >= 8) bytes.push_back(static_cast<std::uint8_t>(bits >> (held -= 8)));
        }
        BOOST_TEST((bytes == encode_png(picture)));
        BOOST_TEST((decode_picture(bytes, 1, "decoded").pixels == picture.pixels));
    }
    BOOST_TEST(tn_test::error_of([] {
                   data_uri({{1, 2, 2}, {1}});
               }) == "a picture to write must have a byte for every pixel");
}
