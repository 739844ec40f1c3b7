// regression: learns a curve from noisy points, or the second column of a CSV file from the first.
//     regression [FILE.csv]
#include <fmt/format.h>

#include <cmath>
#include <dsl/typenet.hpp>
#include <exception>
#include <runtime/core/escape_text.hpp>
#include <runtime/core/random.hpp>
#include <runtime/data/csv.hpp>
#include <runtime/data/scaler.hpp>
#include <runtime/model/model.hpp>

using namespace tn;

/// One input column; sigmoid units suit a smooth curve.
using Curve =
    Net<Vector<1>, Batch<32>, Seq<Dense<32>, Sigmoid, Dense<32>, Sigmoid, Dense<1>>, MeanSquaredError, Xavier>;

Table noisy_sine() {
    Table table{{"x", "y"}, 400, {}};
    Random random(1, 100);
    for (int i = 0; i < table.rows; ++i) {
        const float x = random.uniform(-3, 3);
        table.values.insert(table.values.end(), {x, std::sin(2 * x) + 0.1f * random.normal()});
    }
    return table;
}

int main(int argc, char** argv) try {
    Table table = argc > 1 ? read_csv(argv[1]) : noisy_sine();
    if (table.columns.size() != 2) throw Error("the table must have 2 columns, x and y, for this network of 1 input");
    const Scaler scaler = Scaler::fit(table.values, table.rows, 2);
    scaler.transform(table.values);

    cpu::Device device;
    Model<Curve, Adam> model(device);
    double loss = 0;
    for (int epoch = 1; epoch <= 300; ++epoch) {
        loss = 0;
        for (int first = 0; first < table.rows; first += Curve::batch) {
            const int n = std::min(Curve::batch, table.rows - first);
            for (int i = 0; i < n; ++i) {
                model.input()[i] = table.values[2 * (first + i)];
                model.targets()[i] = table.values[2 * (first + i) + 1];
            }
            loss += model.train(n, Adam{.rate = 0.01f}).loss;
        }
        if (epoch % 50 == 0) fmt::print("epoch {:>3}  mean squared error {:.4f}\n", epoch, 2 * loss / table.rows);
    }
    fmt::print("root mean square error {:.4f} in the units of y\n",
               std::sqrt(2 * loss / table.rows) * scaler.deviation[1]);
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", escape_text(e.what()));
    return 1;
}
