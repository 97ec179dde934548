using Numa.Cli;
using Numa.Cli.Commands;
using Numa.Cli.Execution;

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    // The first Ctrl-C ends the run in order; a second one ends the process as usual.
    press.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
};
return await EntryPoint.RunAsync(args, Terminal.OfProcess(), new Simulator(TimeProvider.System), interrupt.Token);
