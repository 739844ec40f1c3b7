// Nesterov's momentum as Sutskever and others, "On the importance of initialization and momentum", 2013, write it.
#pragma once

namespace tn {

/// v = momentum v + g; w -= rate (g + momentum v).
struct Nesterov {
    static constexpr int states = 1;
    static constexpr const char* name = "Nesterov";
    float rate = 0.01f, momentum = 0.9f, weight_decay = 0;

    auto rule(long long) const {
        return [r = rate, m = momentum]<class T>(T& w, T g, T& v, T&) {
            v = T(m) * v + g;
            w -= T(r) * (g + T(m) * v);
        };
    }
};

}  // namespace tn
