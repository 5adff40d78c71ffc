-- Templates: real chat templates pass, ways out of a template do not.
local core = require "hugh.core"

local function scan(template)
  local source = core.scan { name = "chat_template.jinja", size = #template }
  for offset, length in source.need, source do source:feed(offset, template:sub(offset + 1, offset + length)) end
  local report = source:report()
  local found = {}
  for _, finding in ipairs(report.findings) do found[#found + 1] = finding.id end
  return found[1] or "nothing", report.safety, table.concat(found, " ")
end

-- In the style of what models of these families ship.
local real = {
  llama3 = [[{{- bos_token }}{%- if custom_tools is defined %}{%- set tools = custom_tools %}{%- endif %}
{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}{%- endif %}
{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content']|trim %}{%- set messages = messages[1:] %}{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
{%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\n\n" }}{%- endfor %}
{%- for message in messages %}
  {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
  {%- elif 'tool_calls' in message %}
    {%- if not message.tool_calls|length == 1 %}{{- raise_exception("This model only supports single tool-calls at once!") }}{%- endif %}
    {%- set tool_call = message.tool_calls[0].function %}
    {{- '{"name": "' + tool_call.name + '", "parameters": ' }}{{- tool_call.arguments | tojson }}{{- "}" }}
  {%- endif %}
{%- endfor %}]],
  mistral = [[{%- set loop_messages = messages %}{%- set ns = namespace(index=0) %}{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- for message in loop_messages | rejectattr("role", "equalto", "tool") | rejectattr("role", "equalto", "tool_results") | selectattr("tool_calls", "undefined") %}
  {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}{{- raise_exception("roles must alternate") }}{%- endif %}{%- set ns.index = ns.index + 1 %}
{%- endfor %}{{- bos_token }}
{%- for message in loop_messages %}{%- for key, val in tool.items() if key != "return" %}{%- if val is string %}{{- '"' + key + '": "' + val + '"' }}
{%- else %}{{- '"' + key + '": ' + val|tojson }}{%- endif %}{%- if not loop.last %}{{- ", " }}{%- endif %}{%- endfor %}{{- "[INST] " + message["content"] + "[/INST]" }}{%- endfor %}]],
  chatml = [[{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}]],
  qwen = [[{%- if tools %}{{- "# Tools\n\n<tools>" }}{%- for tool in tools %}{{- "\n" }}{{- tool | tojson }}{%- endfor %}
{{- "\n</tools>\n\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call><|im_end|>\n" }}{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}
  {%- if ns.multi_step_tool and message.role == "user" and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
    {%- set ns.multi_step_tool = false %}{%- set ns.last_query_index = index %}{%- endif %}{%- endfor %}
{%- set reasoning_content = message.content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}]],
  deepseek = [[{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, system_prompt='') %}
{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}{{bos_token}}{{ns.system_prompt}}
{%- for tool in message['tool_calls']%}{{'<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>' + tool['type'] + '<｜tool▁sep｜>' + tool['function']['name'] + '\n' + '```json' + '\n' + tool['function']['arguments'] + '\n' + '```'}}{%- endfor %}
{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}]],
  macros = [[{%- macro render_extra_keys(json_dict, handled_keys) -%}{%- for key in json_dict | map('upper') | unique %}{{ render_extra_keys(json_dict[key], []) }}{%- endfor %}{%- endmacro -%}
{#- comments may say {{ x.__class__ }} -#} and text may say __class__ and system('x')
{{ {"a": {"b": 1}} | tojson }}{% call(item) render_extra_keys({}, []) %}{{ caller() }}{% endcall %}{% generation %}{{ message.content }}{% endgeneration %}]],
}

describe("a template", function()
  for name, template in pairs(real) do
    it("in the style of " .. name .. " has nothing to report", function() assert.equal("nothing", (scan(template))) end)
  end

  for _, attack in ipairs {
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% set x = cycler.__init__.__globals__.os.popen('true').read() %}",
    "{{ x['__cl' ~ 'ass__'] }}",
    "{{ x | \n attr ('a') }}",
    "{{ x|map('attr', 'a')|map(attribute='__class__') }}",
    [[{{ x['\x5f\x5fclass\x5f\x5f'] }}]],
    [[{{ x["\u005f\u005fclass" + "x"] }}]],
    "{{ {'a': {}} }}{{ ''.mro() }}",
    "text {{ 'a}}' }} {{ x.__base__ }}", "{% raw %}{#{% endraw %}{{ ''.__class__ }}{# #}", "{%- raw -%}{% endraw x %}{{ x.__class__ }}",
    "{{ x['_' ~ '_class_' ~ '_'] }}", "{{ x['_'+'_cl'+'ass_'+'_'] }}", "{{ x['_' * 2 ~ 'class'] }}", "{{ '{0.__class__}'.format(x) }}", "{{ x._TemplateReference__context }}",
    "{{ f.gi_frame.f_back }}", "{{ x['func_globals'] }}", "{{ x|map('attr', y) }}", "{{ dict(__class__=1)|join }}", "{% set a = x | attr(b) %}",
    "{# #}{{ x\n.\n__init__ }}", "{{ x['_' '_class_' '_'] }}", "{{ ['_', '_', 'class', '_', '_']|join }}", "{{ x['%c%cclass'%(95,95)] }}", "{{ '%c' | format(95) }}",
    "{{ x[y+'globals'+y] }}", "{{ x['popen']('true') }}", "{{ messages|map(attribute=x)|list }}", "{{ messages|map(attribute = messages[0].content) }}", "{{ messages | groupby(messages[0].content) }}",
    "{{ messages|selectattr(x) }}", "{{ messages|map(('a', 'b')|join) }}",
  } do
    it("is dangerous when it walks: " .. attack, function()
      local _, safety, found = scan(attack)
      assert.equal("dangerous", safety)
      assert.matches("jinja.attribute%-walk", found)
    end)
  end

  it("is suspicious when it calls what no chat template calls", function()
    for _, attack in ipairs { "{{ os.popen('true') }}", "{% if lipsum () %}{% endif %}", "{{ self.environment.from_string('x') }}", "{% set f = lipsum %}", "{{ cycler }}",
      "{{ x['pop']('true') }}", "{{ f(x)('true') }}", "{% include 'x' %}", "{%- import 'x' as y %}", "{{ request.application }}",
      "{{ ''[messages[0].content] }}", "{{ ''['--class--'|replace('-', x)] }}", "{{ namespace[x].os }}", "{{ strftime_now | string }}", "{{ dict.x }}",
      "{% macro a() %}{{ b() }}{% endmacro %}{% macro c() %}{% endmacro %}", "{{ x.later() }}{% macro later() %}{% endmacro %}" } do
      local id, safety = scan(attack)
      assert.same({ "jinja.call", "suspicious" }, { id, safety })
    end
  end)

  it("may use the words that lead out in other places", function()
    for _, template in ipairs { "self request {{ message.request }}", "{{ x(request=1) }}{{ 'self' }}", "{% if import %}{% endif %}", "{{ x | replace('_', ' ') }}",
      "{{ 'user_' + name + '_' }}{{ '_' }}{{ '_' + role }}{{ ['a_', '_b'] }}" } do
      assert.equal("nothing", (scan((template:gsub("x%(", "dict(")))))
    end
  end)

  it("may end anywhere", function()
    for _, cut in ipairs { "{", "{{", "{{ '", "{{ '\\", "{% macro", "{#", "{{ get (", "{{ _", "{% raw %}{", "{% raw %}{% ", "{% raw %}{%-" } do assert.equal("nothing", (scan(cut))) end
  end)
end)
