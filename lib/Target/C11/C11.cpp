#include "snn/Target/C11/C11.h"
