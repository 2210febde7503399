#include "common/arguments.h"

#include <charconv>
#include <cmath>

namespace peers {

Arguments::Arguments(int argc, const char* const* argv, int first, const std::set<std::string>& flags) {
  for (int i = first; i < argc; i++) {
    const std::string word = argv[i];
    if (word.rfind("--", 0) != 0) throw UsageError("expected --name, got '" + word + "'");
    const std::string name = word.substr(2);
    if (flags.count(name) > 0) {
      values_[name] = "";
    } else if (i + 1 < argc) {
      values_[name] = argv[++i];
    } else {
      throw UsageError("--" + name + " needs a value");
    }
  }
}

bool Arguments::has(const std::string& name) {
  read_.insert(name);
  return values_.count(name) > 0;
}

std::string Arguments::text(const std::string& name, const std::string& fallback) {
  return has(name) ? values_.at(name) : fallback;
}

double Arguments::number(const std::string& name, double fallback, double least, double most) {
  if (!has(name)) return fallback;
  const std::string& value = values_.at(name);
  double number = NAN;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  if (!whole || !(number >= least && number <= most)) {
    throw UsageError("--" + name + " must be a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

int Arguments::integer(const std::string& name, int fallback, int least, int most) {
  const double value = number(name, fallback, least, most);
  if (value != std::floor(value)) throw UsageError("--" + name + " must be a whole number");
  return static_cast<int>(value);
}

void Arguments::refuseUnread() const {
  for (const auto& [name, value] : values_) {
    if (read_.count(name) == 0) throw UsageError("unknown option --" + name);
  }
}

}  // namespace peers
