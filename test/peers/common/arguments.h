#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>

namespace peers {

/// sysexits.h EX_USAGE.
inline constexpr int kExitUsage = 64;

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `--name value` pairs and bare `--flag`s. A name nobody asked for is an error, so that a typo cannot pass.
class Arguments {
 public:
  /// `flags` are the names that take no value. Throws UsageError.
  Arguments(int argc, const char* const* argv, int first, const std::set<std::string>& flags);

  bool has(const std::string& name);
  std::string text(const std::string& name, const std::string& fallback);
  /// Throws UsageError when the value is not a number from `least` to `most`.
  double number(const std::string& name, double fallback, double least, double most);
  int integer(const std::string& name, int fallback, int least, int most);
  /// Throws UsageError naming the first argument that was never read.
  void refuseUnread() const;

 private:
  std::map<std::string, std::string> values_;
  std::set<std::string> read_;
};

}  // namespace peers
