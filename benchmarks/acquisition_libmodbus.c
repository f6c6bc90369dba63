/* The floor of the acquisition benchmark: libmodbus reading the same requests in a loop.
 * Arguments: port cycles first:count ... ; prints the seconds of each cycle, one a line. */
#include <errno.h>
#include <modbus/modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    uint16_t registers[125];
    if (argc < 4)
        return 2;
    modbus_t *context = modbus_new_tcp("127.0.0.1", atoi(argv[1]));
    if (context == NULL || modbus_connect(context) == -1) {
        fprintf(stderr, "connect: %s\n", modbus_strerror(errno));
        return 1;
    }
    modbus_set_slave(context, 1);
    for (int cycle = 0; cycle < atoi(argv[2]); cycle++) {
        double began = now_s();
        for (int i = 3; i < argc; i++) {
            int first, count;
            if (sscanf(argv[i], "%d:%d", &first, &count) != 2 || count > 125)
                return 2;
            if (modbus_read_registers(context, first, count, registers) != count) {
                fprintf(stderr, "read: %s\n", modbus_strerror(errno));
                return 1;
            }
        }
        printf("%.6f\n", now_s() - began);
    }
    modbus_close(context);
    modbus_free(context);
    return 0;
}
