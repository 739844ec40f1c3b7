// What the compiler knows of a network's work, and that little of it wakes no thread.
#define BOOST_TEST_MODULE work
#include "dsl/net/work.hpp"

#include <boost/test/unit_test.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "dsl/typenet.hpp"

using namespace tn;

namespace {

template <class N> constexpr double work_of_all() {
    double work = 0;
    for (std::size_t i = 0; i != N::flat::size; ++i)
        if (N::program.node[i].runs) work += work_of(LayerTable<typename N::flat>::records[i], N::program.node[i]);
    return work;
}
template <Shape In, class... Ls> using Small = Net<In, Batch<64>, Seq<Ls...>, MeanSquaredError>;

// Products, and what comes in and goes out.
static_assert(work_of_all<Small<Vector<8>, Dense<4>>>() == (8 * 4 + 4) + 8 + 4);
static_assert(work_of_all<Small<Image<2, 3, 3>, Dense<4>>>() == (18 * 4 + 4 * 9) + 18 + 4);
static_assert(work_of_all<Small<Image<2, 6, 5>, Conv<3, 3, NoBias>>>() == 3 * 2 * 9 * 30 + 60 + 90);
static_assert(work_of_all<Small<Signal<2, 10>, GRU<4>>>() == (12 * 2 + 12 * 4 + 24) * 10 + 20 + 40);

std::mutex mutex;
std::set<std::thread::id> threads;

/// y = x, and notes on which threads.
struct Noting {
    static constexpr Axis axis = Axis::values;
    static constexpr Text name() { return "Noting"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    template <class T> static void forward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) p.y[i] = p.x[i];
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
    }
    template <class T> static void backward(const Pass<T>& p) {
        for (int i = p.begin; p.dx && i < p.end; ++i) p.dx[i] = p.dy[i];
    }
};

template <class N> std::size_t threads_of(int n) {
    cpu::Device device(4);
    Model<N> model(device);
    threads.clear();
    for (int i = 0; i < 300; ++i) model.predict(n);
    return threads.size();
}

}  // namespace

BOOST_AUTO_TEST_CASE(little_work_is_done_by_the_caller_alone) {
    BOOST_TEST((threads_of<Small<Vector<64>, Dense<64>, Tanh, Noting, Dense<4>>>(1)) == 1u);
    BOOST_TEST(threads.contains(std::this_thread::get_id()));
    BOOST_TEST((threads_of<Small<Vector<20'000>, Noting>>(64)) > 1u);
}
