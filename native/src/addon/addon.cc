// Module init: the contract's version, the capabilities, the way to make an engine.
#include <napi.h>

#include <cstdint>
#include <initializer_list>

#include "addon/engine_binding.h"
#include "core/options.h"
#include "core/transport.h"

namespace sls::addon {
namespace {

// Per environment, never static: worker threads load the addon too.
struct AddonData {
  Napi::FunctionReference engineConstructor;
};

Napi::Array texts(Napi::Env env, std::initializer_list<const char*> values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  std::uint32_t index = 0;
  for (const char* value : values) array.Set(index++, value);
  return array;
}

Napi::Value capabilities(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Object relayModes = Napi::Object::New(env);
  relayModes.Set("libsrt", texts(env, {"timed"}));
  relayModes.Set("direct", texts(env, {"cut_through", "timed"}));
  Napi::Object result = Napi::Object::New(env);
  result.Set("srtVersion", libsrtVersion());
  result.Set("transports", texts(env, {"libsrt", "direct"}));
  result.Set("relayModes", relayModes);
  return result;
}

Napi::Value createEngine(const Napi::CallbackInfo& info) {
  return info.Env().GetInstanceData<AddonData>()->engineConstructor.New({info[0], info[1]});
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto data = std::make_unique<AddonData>();
  data->engineConstructor = Napi::Persistent(EngineBinding::define(env));
  env.SetInstanceData(data.release());  // The environment deletes it.
  exports.Set("contractVersion", kContractVersion);
  exports.Set("capabilities", Napi::Function::New<capabilities>(env, "capabilities"));
  exports.Set("createEngine", Napi::Function::New<createEngine>(env, "createEngine"));
  return exports;
}

}  // namespace

NODE_API_MODULE(sls, init)

}  // namespace sls::addon
