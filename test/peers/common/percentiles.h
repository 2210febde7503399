#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peers {

/// Keeps up to a bounded number of samples (the newest are dropped beyond it) and answers quantiles.
class Percentiles {
 public:
  explicit Percentiles(std::size_t most) : most_(most) {}

  void add(std::int64_t sampleUs);
  void append(const Percentiles& other);
  /// In milliseconds; NaN without samples.
  double atMs(double quantile) const;

 private:
  std::size_t most_;
  std::vector<std::int64_t> samplesUs_;
};

}  // namespace peers
