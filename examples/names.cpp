// names: from which language a name is, by its letters.
//     names [NAME...]
#include <fmt/format.h>

#include <array>
#include <dsl/typenet.hpp>
#include <exception>
#include <runtime/data/dataset_views.hpp>
#include <runtime/data/split.hpp>
#include <runtime/train/metrics.hpp>
#include <runtime/train/trainer.hpp>
#include <sstream>

using namespace tn;

constexpr const char* languages[] = {"Finnish", "Italian", "Japanese", "Korean"};
constexpr const char* known[] = {
    "aalto ahonen anttila hakala halonen hamalainen heikkinen heinonen hiltunen hirvonen jarvinen jokinen kallio "
    "karjalainen "
    "kettunen kinnunen koivisto korhonen koskinen laaksonen laine laitinen lahti lehtinen lehtonen leppanen makela "
    "makinen "
    "manninen miettinen mustonen niemi nieminen nurmi ojala oksanen peltonen pitkanen rantanen rasanen saarinen "
    "salminen "
    "salonen savolainen toivonen tuominen turunen vaisanen vainio virtanen",
    "amato barbieri bellini benedetti bianchi bruno caruso colombo conti costa damico deluca esposito fabbri ferrara "
    "ferrari "
    "ferretti fontana gallo gatti gentile giordano grassi greco guerra leone lombardi longo mancini marchetti mariani "
    "marino "
    "martinelli martini mazza monti morelli moretti negri orlando palumbo parisi pellegrini ricci rinaldi rizzo romano "
    "rossi "
    "russo santoro serra silvestri testa valentini villa vitale",
    "abe ando aoki endo fujii fujita fukuda goto hara hasegawa hashimoto hayashi ikeda inoue ishida ishii ishikawa ito "
    "kato "
    "kikuchi kimura kobayashi kondo maeda matsuda matsumoto miura miyazaki mori murakami nakagawa nakajima nakamura "
    "nakano "
    "nishimura ogawa okada ono ota saito sakai sakamoto sasaki sato shimizu suzuki takagi takahashi takeuchi tamura "
    "tanaka "
    "ueda wada watanabe yamada yamaguchi yamamoto yamashita yokoyama yoshida",
    "bomi boyoung byungho changmin chanyeol daehyun dongwook eunbi eunji eunwoo haeun hayoung heejin heesun hyejin "
    "hyunwoo "
    "hyunjin jaehyun jaewon jihoon jihye jimin jinwoo jisoo jiwon jiyeon joohyun junghoon jungwoo kyungsoo minho minji "
    "minjun "
    "minseok minyoung namjoon sangwoo seojun seokjin seoyeon seungho seungmin sooyoung soyeon sungjin sunhee taehyung "
    "woojin "
    "yeongsu yejin yoonah yoongi youngho youngjae yujin"};

/// The letters a to z are 1 to 26; what is left of the 12 places, in front of them, is 0.
struct Name {
    std::array<float, 12> input{};
    int label = 0;
    explicit Name(const std::string& letters, int language = 0) : label(language) {
        const std::size_t count = std::min(letters.size(), input.size());
        for (std::size_t i = 0; i < count; ++i)
            if (letters[i] >= 'a' && letters[i] <= 'z')
                input[input.size() - count + i] = static_cast<float>(letters[i] - 'a' + 1);
    }
};

using Names =
    Net<Vector<12>, Batch<32>, Seq<Embedding<27, 16>, GRU<32, Last>, Dropout<30>, Dense<4>>, SoftmaxCrossEntropy>;

int main(int argc, char** argv) try {
    std::vector<Name> names;
    std::vector<int> labels;
    for (int language = 0; language < 4; ++language) {
        std::istringstream words(known[language]);
        for (std::string word; words >> word; labels.push_back(language)) names.emplace_back(word, language);
    }
    const Split split = stratified_split(labels, 4, TestFraction{0.2}, 1);
    std::vector<Name> training, test;
    for (const int i : split.train) training.push_back(names[i]);
    for (const int i : split.test) test.push_back(names[i]);

    cpu::Device device;
    Model<Names, Adam> model(device);
    TrainOptions options;
    options.batch = 32;
    options.epochs = 60;
    Progress progress;
    train(model, Adam{.rate = 5e-3f, .weight_decay = 1e-4f}, training, test, options, progress);
    const PredictedSet said = predict_set(model, test);
    fmt::print("of {} names that it has not seen, {:.0f} % are right\n", test.size(), 100 * accuracy(said));
    for (int i = 1; i < argc; ++i) {
        model.set_input(Name(argv[i]).input);
        const auto p = model.predict(1);
        const auto best = std::max_element(p.begin(), p.end()) - p.begin();
        fmt::print("{}\t{}\t{:.2f}\n", argv[i], languages[best], p[best]);
    }
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
