-- The table of known globals: its form, and that it says what it must about the names attackers use.

local PATH = "csrc/pickle/globals.tsv"
local CHECKS = {
  "-", "codecs_encode", "copyreg", "defaultdict", "dtype_object", "getattr_data", "kin", "named", "no_arguments",
  "no_init", "one_argument", "partial", "plain_state", "rebuild", "reconstruct", "shared", "tuple_state",
}
local CATEGORIES = {
  dangerous = {
    "attribute-walk", "code-execution", "crash", "dispatch", "file-read", "file-write", "import", "native-code", "nested-load",
    "network", "process-control",
  },
  safe = { "class", "constant", "constructor", "dtype", "enum", "exception", "function", "mapping", "sequence", "storage" },
}

local function set(list)
  local out = {}
  for _, value in ipairs(list) do out[value] = true end
  return out
end

local function read_table()
  local rows, by_name = {}, {}
  local file = assert(io.open(PATH))
  local header = file:read("*l")
  for line in file:lines() do
    local fields = {}
    for field in (line .. "\t"):gmatch("([^\t]*)\t") do fields[#fields + 1] = field end
    local row = {
      module = fields[1], name = fields[2], class = fields[3], check = fields[4], category = fields[5], reason = fields[6],
      columns = #fields, line = line,
    }
    rows[#rows + 1] = row
    by_name[row.module .. "\0" .. row.name] = row
  end
  file:close()
  return header, rows, by_name
end

local header, rows, by_name = read_table()

-- What the table says of a global, the exact row first, then the modules around it.
local function class_of(module, name)
  local row = by_name[module .. "\0" .. name]
  while not row and module do
    row = by_name[module .. "\0*"]
    module = module:match("^(.*)%.[^.]*$")
  end
  return row and row.class or "unknown"
end

-- Each line: a module, then names in it.
local function each(text, visit)
  for line in text:gmatch("[^\n]+") do
    local module, names = line:match("^%s*(%S+)%s*(.*)$")
    for name in (names or ""):gmatch("%S+") do visit(module, name) end
  end
end

describe("the table of known globals", function()
  it("has rows of six columns with known classes, checks and categories", function()
    assert.equal("module\tname\tclass\tcheck\tcategory\treason", header)
    local checks, categories = set(CHECKS), { safe = set(CATEGORIES.safe), dangerous = set(CATEGORIES.dangerous) }
    for _, row in ipairs(rows) do
      assert.equal(6, row.columns, row.line)
      assert.is_truthy(categories[row.class], row.line)
      assert.is_true(categories[row.class][row.category], row.line)
      assert.is_true(checks[row.check], row.line)
      assert.is_true(row.class == "safe" or row.check == "-", row.line)
      assert.is_true(#row.reason > 9 and not row.reason:find("[%.\"\\]$"), row.line)
    end
  end)

  it("is sorted, without duplicates, for the binary search", function()
    for i = 2, #rows do
      local a, b = rows[i - 1], rows[i]
      assert.is_true(a.module < b.module or (a.module == b.module and a.name < b.name), b.line)
    end
  end)

  it("never trusts a whole module", function()
    for _, row in ipairs(rows) do
      if row.name == "*" then assert.equal("dangerous", row.class, row.line) end
    end
  end)

  it("knows the gadgets of published attacks as dangerous", function()
    each([[
      os system popen execv spawnv posix_spawn putenv remove
      posix system execv fork
      nt system startfile
      subprocess Popen call run check_output getoutput
      commands getoutput getstatusoutput
      __builtin__ eval exec execfile compile __import__ open file apply reduce input map filter
      builtins eval exec compile __import__ open setattr map filter breakpoint globals vars next classmethod
      _posixsubprocess fork_exec
      _interpreters run_string
      _xxsubinterpreters run_string
      _frozen_importlib _gcd_import
      _imp create_dynamic
      _io FileIO open
      io open FileIO
      _operator attrgetter methodcaller itemgetter call
      operator attrgetter methodcaller itemgetter call getitem
      functools reduce cmp_to_key lru_cache
      _functools reduce
      itertools starmap takewhile dropwhile filterfalse accumulate groupby
      timeit timeit repeat
      pydoc pipepager locate
      cProfile run runctx
      profile run Profile.run Profile.runctx
      trace Trace.run Trace.runctx
      bdb Bdb.run
      pdb run runcall runctx runeval
      doctest debug_script
      code InteractiveInterpreter.runcode
      idlelib.debugobj ObjectTreeItem.SetText
      idlelib.autocomplete AutoComplete.get_entity AutoComplete.fetch_completions
      idlelib.calltip Calltip.fetch_tip get_entity
      idlelib.run Executive.runcode
      idlelib.pyshell ModifiedInterpreter.runcommand ModifiedInterpreter.runcode
      lib2to3.pgen2.grammar Grammar.loads
      lib2to3.pgen2.pgen ParserGenerator.make_label
      ensurepip _run_pip
      pip main
      pip._internal main
      pip._internal.cli.main main
      pip._vendor.distlib.scripts ScriptMaker
      venv create
      runpy _run_code run_path
      asyncio.unix_events _UnixSubprocessTransport._start
      distutils.file_util write_file
      distutils.spawn spawn
      setuptools._distutils.spawn spawn
      ctypes CDLL
      pty spawn
      numpy.f2py.crackfortran getlincoef _eval_length
      numpy.testing._private.utils runstring
      urllib.request urlopen urlretrieve
      urllib2 urlopen
      uuid _get_command_stdout
      _osx_support _read_output _find_build_tool
      _aix_support _read_cmd_output
      imaplib IMAP4_stream
      _pyrepl.pager pipe_pager tempfile_pager
      test.support.script_helper assert_python_ok
      torch.utils.bottleneck.__main__ run_cprofile run_autograd_prof
      torch._dynamo.guards GuardBuilder.get
      torch.fx.experimental.symbolic_shapes ShapeEnv.evaluate_guards_expression
      torch.utils.collect_env run run_and_read_all
      torch.utils.data.datapipes.utils.decoder basichandlers
      torch.jit.unsupported_tensor_ops execWrapper
      torch.utils._config_module ConfigModule.load_config
      torch._inductor.codecache compile_file
      torch.serialization load
      torch load
      torch.hub load load_state_dict_from_url
      torch.distributed.rpc rpc_sync rpc_async remote RemoteModule
      torch._utils _import_dotted_name
      torch.storage _load_from_bytes
      multiprocessing.util spawnv_passfds
      mlflow.projects.backend.local _run_entry_point
      pandas.io.parsers.readers read_csv
      pandas read_pickle
      mailcap findmatch
      pipes Template.copy Template.open
      imp load_source
      typing _eval_type get_type_hints
      dataclasses _create_fn
      site addpackage addsitedir main
      atexit register
      sched scheduler scheduler.run
      weakref finalize
      contextvars Context.run
      contextlib ExitStack ExitStack.callback
      concurrent.futures ThreadPoolExecutor
      threading Thread Timer
      unittest TestLoader.loadTestsFromName
      unittest.mock patch _patch _get_target
      logging.config dictConfig fileConfig listen
      logging FileHandler
      yaml load unsafe_load CUnsafeLoader
      dotenv set_key
      numpy savetxt load memmap
      numpy.core _ufunc_reconstruct
      csv DictWriter.writerow
      mailbox mbox.add
      tarfile open
      zipfile ZipFile PyZipFile
      _tkinter TkappType.eval TkappType.call
      argparse FileType
      copyreg add_extension
      resource setrlimit
      faulthandler _sigsegv _read_null _stack_overflow
      ssl get_server_certificate
      smtplib SMTP
      ftplib FTP
      poplib POP3
      telnetlib Telnet
      nntplib NNTP
      socketserver TCPServer
      xmlrpc.client ServerProxy
      sqlite3 connect
      fileinput input
      glob glob
      linecache getline
      difflib SequenceMatcher
      filecmp cmp
      shelve open
      compileall compile_dir
      py_compile compile
      zipimport zipimporter
      webbrowser open
      click.utils LazyFile echo
      fsspec open
      scipy.stats norm
      pathlib Path.write_text
      pickle loads load Unpickler
      _pickle loads
      cPickle loads
      marshal loads
      joblib load
      types CodeType FunctionType MethodType
      new code function
      cloudpickle.cloudpickle _make_function _builtin_type
      dill._dill _create_function
      pkgutil resolve_name
      importlib import_module
      inspect getattr_static
      gc get_objects
      string Formatter Formatter.get_field
      sys modules
      fickling always_check_safety
      _bootsubprocess Popen check_output
      _interpreters exec call
      annotationlib ForwardRef.evaluate call_evaluate_function
      concurrent.interpreters Interpreter.exec
      curses wrapper
      dask.threaded get
      patsy dmatrix
      ply.lex lex
      pycparser.ply.yacc yacc
      shlex shlex.sourcehook
      statsmodels.iolib.smpickle load_pickle
      sysconfig _generate_posix_vars
      time sleep
      torch.fx.graph_module reduce_graph_module
      tracemalloc Snapshot.load
      ultralytics.models.yolo.model YOLO
      warnings _getcategory _setoption
      yacs.config CfgNode.load_cfg
    ]], function(module, name)
      assert.equal("dangerous", class_of(module, name), module .. " " .. name)
    end)
  end)

  it("trusts nothing in modules that only attackers name, nor in what is below them", function()
    each([[
      os anything
      os.path anything
      posix anything
      subprocess anything
      commands anything
      runpy anything
      idlelib.anything anything
      ctypes.util anything
      multiprocessing.pool anything
      importlib.util anything
      asyncio.events anything
      socket anything
      pip._internal.anything anything
      torch._dynamo.anything anything
      numpy.f2py.anything anything
      fickling.anything anything
    ]], function(module, name)
      assert.equal("dangerous", class_of(module, name), module .. " " .. name)
    end)
  end)

  it("knows what honest models are made of as safe", function()
    each([[
      builtins set frozenset bytearray slice range complex dict list object ValueError
      __builtin__ set object long unicode xrange
      collections OrderedDict defaultdict deque Counter
      copyreg _reconstructor __newobj__
      copy_reg _reconstructor
      _codecs encode
      datetime datetime date timedelta timezone
      decimal Decimal
      fractions Fraction
      uuid UUID
      pathlib PosixPath PurePosixPath
      argparse Namespace
      types SimpleNamespace
      functools partial
      numpy ndarray dtype float32 int64 bool_
      numpy.core.multiarray _reconstruct scalar
      numpy._core.multiarray _reconstruct scalar
      numpy.core.numeric _frombuffer
      numpy.random._pickle __randomstate_ctor __generator_ctor __bit_generator_ctor
      torch FloatStorage BFloat16Storage Size device float16 Tensor
      torch._utils _rebuild_tensor_v2 _rebuild_parameter
      torch._tensor _rebuild_from_type_v2
      torch.nn.parameter Parameter
      torch.nn.modules.linear Linear Identity
      torch.nn.modules.container Sequential ModuleList
      torch.nn.modules.normalization LayerNorm
      torch.optim.adamw AdamW
      torchvision.models.resnet ResNet BasicBlock Bottleneck
      sklearn.pipeline Pipeline
      sklearn.linear_model._logistic LogisticRegression
      sklearn.ensemble._forest RandomForestClassifier
      sklearn.tree._tree Tree
      sklearn.preprocessing._data StandardScaler
      scipy.sparse._csr csr_matrix
      pandas.core.frame DataFrame
      pandas._libs.internals _unpickle_block
      pandas.core.indexes.base _new_Index
      xgboost.sklearn XGBClassifier
      lightgbm.sklearn LGBMClassifier
      joblib.numpy_pickle NumpyArrayWrapper
      transformers.training_args TrainingArguments
      transformers.trainer_utils IntervalStrategy
      transformers.models.bert.modeling_bert BertModel
      ultralytics.nn.tasks DetectionModel
      omegaconf.dictconfig DictConfig
    ]], function(module, name)
      assert.equal("safe", class_of(module, name), module .. " " .. name)
    end)
  end)

  it("vouches for constructors of third-party models only where they were reviewed", function()
    for _, name in ipairs({ "DetectionModel", "SegmentationModel" }) do
      assert.equal("no_init", by_name["ultralytics.nn.tasks\0" .. name].check)
    end
  end)

  it("leaves unknown what nobody vouches for", function()
    each([[
      acme.layers Foo
      __main__ Net
      torch.nn.modules.linear Linear.forward
      scipy.stats._continuous_distns norm_gen
      joblib.numpy_pickle_compat NDArrayWrapper
      models.yolo Model
    ]], function(module, name)
      assert.equal("unknown", class_of(module, name), module .. " " .. name)
    end)
  end)
end)
