/// Counts durations in buckets of about one percent, so that percentiles of any number of
/// measurements cost a fixed amount of memory (8 KiB).
///
/// Buckets grow by 2^(1/64) from 1 us: a percentile is off by at most 1.1 %. Longer than 1 h counts
/// as 1 h.
#pragma once

#include <sumac/report.h>
#include <sumac/time.h>

#include <array>
#include <cstdint>

namespace sumac {

class Histogram {
public:
    /// Negative durations count as 0.
    void add(Duration duration);
    Distribution distribution() const;

private:
    double percentile_ms(double fraction) const;

    // 64 buckets for each of the 32 doublings between 1 us and 1 h 11 min.
    std::array<std::uint32_t, std::size_t{64} * 32> buckets_{};
    std::uint64_t count_ = 0;
    Duration max_{0};
};

} // namespace sumac
