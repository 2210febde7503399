#include "common/percentiles.h"

#include <algorithm>
#include <cmath>

namespace peers {

void Percentiles::add(std::int64_t sampleUs) {
  if (samplesUs_.size() < most_) samplesUs_.push_back(sampleUs);
}

void Percentiles::append(const Percentiles& other) {
  const std::size_t room = std::min(most_ - samplesUs_.size(), other.samplesUs_.size());
  const auto end = other.samplesUs_.begin() + static_cast<std::ptrdiff_t>(room);
  samplesUs_.insert(samplesUs_.end(), other.samplesUs_.begin(), end);
}

double Percentiles::atMs(double quantile) const {
  if (samplesUs_.empty()) return NAN;
  std::vector<std::int64_t> samples = samplesUs_;
  const auto rank = static_cast<std::size_t>(quantile * static_cast<double>(samples.size()));
  const auto nth = samples.begin() + static_cast<std::ptrdiff_t>(std::min(rank, samples.size() - 1));
  std::nth_element(samples.begin(), nth, samples.end());
  return static_cast<double>(*nth) / 1000.0;
}

}  // namespace peers
